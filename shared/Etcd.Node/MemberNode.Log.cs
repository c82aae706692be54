using Etcd.StateMachine.Membership;
using Microsoft.Extensions.Logging;

namespace Etcd.Node;

/// <remarks>Texts are etcd's where tools read them; the values become the fields of the line.</remarks>
public sealed partial class MemberNode
{
    private static string Hex(ulong id) => ClusterIds.ToHex(id);

    [LoggerMessage(Level = LogLevel.Information, Message = "starting etcd server")]
    private partial void LogStarting(
        string localMemberId,
        string localServerVersion,
        string clusterId,
        string clusterVersion,
        ulong appliedIndex,
        ulong lastLogIndex);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "initialized peer connections; fast-forwarding election ticks")]
    private partial void LogAdvancingTicks(string localMemberId, int forwardTicks, int electionTicks);

    [LoggerMessage(Level = LogLevel.Information, Message = "published local member to cluster through raft")]
    private partial void LogPublished(
        string localMemberId,
        string localMemberAttributes,
        string requestPath,
        string clusterId,
        TimeSpan publishTimeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "dropped a proposal that is no request of etcd's")]
    private partial void LogUselessProposal(string localMemberId, string remotePeerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to publish local member to cluster through raft")]
    private partial void LogPublishFailed(string localMemberId, string localMemberAttributes, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "setting up initial cluster version using v2 API")]
    private partial void LogSettingVersion(string clusterVersion);

    [LoggerMessage(Level = LogLevel.Information, Message = "updating cluster version using v2 API")]
    private partial void LogUpdatingVersion(string from, string to);

    [LoggerMessage(Level = LogLevel.Information, Message = "set initial cluster version")]
    private partial void LogVersionSet(string clusterId, string localMemberId, string clusterVersion);

    [LoggerMessage(Level = LogLevel.Information, Message = "enabled capabilities for version")]
    private partial void LogCapabilities(string clusterVersion);

    [LoggerMessage(Level = LogLevel.Information, Message = "updated cluster version")]
    private partial void LogVersionChanged(string clusterId, string localMemberId, string from, string to);

    [LoggerMessage(Level = LogLevel.Information, Message = "cluster version is updated")]
    private partial void LogVersionUpdated(string clusterVersion);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to update cluster version")]
    private partial void LogVersionFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to get version of a member")]
    private partial void LogVersionUnknown(string memberId);

    [LoggerMessage(Level = LogLevel.Information, Message = "added member")]
    private partial void LogMemberAdded(
        string clusterId,
        string localMemberId,
        string addedPeerId,
        IReadOnlyList<string> addedPeerPeerUrls,
        bool addedPeerIsLearner);

    [LoggerMessage(Level = LogLevel.Information, Message = "removed member")]
    private partial void LogMemberRemoved(
        string clusterId,
        string localMemberId,
        string removedRemotePeerId,
        IReadOnlyList<string> removedRemotePeerUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "promote member")]
    private partial void LogMemberPromoted(string clusterId, string localMemberId, string promotedMemberId);

    [LoggerMessage(Level = LogLevel.Information, Message = "leadership transfer starting")]
    private partial void LogTransferStarting(
        string localMemberId, string currentLeaderMemberId, string transfereeMemberId);

    [LoggerMessage(Level = LogLevel.Information, Message = "leadership transfer finished")]
    private partial void LogTransferFinished(string localMemberId, string oldLeaderMemberId, string newLeaderMemberId);

    [LoggerMessage(Level = LogLevel.Information, Message = "skipped leadership transfer; local server is not leader")]
    private partial void LogTransferSkippedNotLeader(string localMemberId, string currentLeaderMemberId);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "skipped leadership transfer for single voting member cluster")]
    private partial void LogTransferSkippedSingle(string localMemberId, string currentLeaderMemberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "leadership transfer failed")]
    private partial void LogTransferFailed(string localMemberId, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rejecting member {Change} request")]
    private partial void LogMemberChangeRefused(
        string change, string localMemberId, string requestedMemberId, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "applied a configuration change through raft")]
    private partial void LogMemberChanged(
        string localMemberId, Raftpb.ConfChangeType raftConfChange, string raftConfChangeNodeId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the member has been permanently removed from the cluster")]
    private partial void LogRemoved(string localMemberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rejected Raft message from removed member")]
    private partial void LogRemovedSender(string localMemberId, string removedMemberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rejected Raft message to mismatch member")]
    private partial void LogWrongMember(string localMemberId, string mismatchMemberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a member needs a snapshot, but there is no way to send one")]
    private partial void LogNoSnapshotTransfer(string to);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to raise the NOSPACE alarm")]
    private partial void LogAlarmFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to reset the checkpoint of a lease")]
    private partial void LogCheckpointResetFailed(string leaseId, string error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a thread of the server failed; the server stops")]
    private partial void LogFailed(Exception exception, string thread);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped local member")]
    private partial void LogStopped(string localMemberId);
}
