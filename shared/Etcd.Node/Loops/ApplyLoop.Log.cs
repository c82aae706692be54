using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

internal sealed partial class ApplyLoop
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "apply request took too long")]
    private partial void LogSlowApply(
        TimeSpan took, TimeSpan expectedDuration, string prefix, string request, string response);

    [LoggerMessage(Level = LogLevel.Warning, Message = "apply request took too long")]
    private partial void LogSlowFailedApply(
        TimeSpan took, TimeSpan expectedDuration, string prefix, string request, string response, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "sending database snapshot to a member")]
    private partial void LogSendSnapshot(string to, ulong snapshotIndex);

    [LoggerMessage(Level = LogLevel.Information, Message = "applying snapshot")]
    private partial void LogInstall(
        ulong currentAppliedIndex, ulong incomingLeaderSnapshotIndex, ulong incomingLeaderSnapshotTerm);

    [LoggerMessage(Level = LogLevel.Information, Message = "applied snapshot")]
    private partial void LogInstalled(ulong incomingLeaderSnapshotIndex, ulong incomingLeaderSnapshotTerm);

    [LoggerMessage(Level = LogLevel.Information, Message = "finished scheduled compaction")]
    private partial void LogCompacted(long compactRevision, TimeSpan took);
}
