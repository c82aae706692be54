namespace Etcd.Member.Background;

internal sealed partial class CorruptionChecker
{
    [LoggerMessage(Level = LogLevel.Information, Message = "starting initial corruption check")]
    private static partial void Starting(ILogger logger, string localMemberId, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Information, Message = "initial corruption checking passed; no corruption")]
    private static partial void Passed(ILogger logger, string localMemberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "found different hash values from remote peer")]
    private static partial void DifferentHash(
        ILogger logger,
        string localMemberId,
        long localMemberRevision,
        long localMemberCompactRevision,
        uint localMemberHash,
        string remotePeerId,
        long remotePeerRevision,
        long remotePeerCompactRevision,
        uint remotePeerHash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot fetch hash from remote peer")]
    private static partial void HashMissing(
        ILogger logger, string localMemberId, string remotePeerId, long localMemberRevision, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "finished peer corruption check")]
    private static partial void Finished(ILogger logger, int numberOfPeersChecked);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to check hash KV")]
    private static partial void CheckFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "starting compact hash check")]
    private static partial void StartingCompactions(ILogger logger, string localMemberId, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed compaction hash check")]
    private static partial void CompactionMismatch(
        ILogger logger,
        long revision,
        long leaderCompactRevision,
        uint leaderHash,
        long followerCompactRevision,
        uint followerHash,
        string followerPeerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "successfully checked hash on whole cluster")]
    private static partial void CompactionMatches(ILogger logger, int numberOfPeersChecked, long revision);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "skipped revision in compaction hash check; was not able to check all peers")]
    private static partial void CompactionSkipped(
        ILogger logger, int numberOfPeersChecked, int numberOfPeers, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "finished compaction hash check")]
    private static partial void FinishedCompactions(ILogger logger, int numberOfHashesChecked);
}
