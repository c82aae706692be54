using Etcd.StateMachine.Membership;
using Microsoft.Extensions.Logging;

namespace Etcd.Node;

public sealed partial class MemberNode
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "starting local member (local-member-id {MemberId:x}, cluster-id {ClusterId:x}, applied-index "
            + "{Applied}, last-log-index {Last})")]
    private partial void LogStarting(ulong memberId, ulong clusterId, ulong applied, ulong last);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "initialized peer connections; fast-forwarding election ticks ({Ticks} of {ElectionTicks})")]
    private partial void LogAdvancingTicks(int ticks, int electionTicks);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "published local member to cluster through raft (local-member-id {MemberId:x}, name {Name}, "
            + "cluster-id {ClusterId:x})")]
    private partial void LogPublished(ulong memberId, string name, ulong clusterId);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "failed to publish local member to cluster through raft (local-member-id {MemberId:x}): {Error}")]
    private partial void LogPublishFailed(ulong memberId, string error);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "setting up initial cluster version using v2 API (cluster-version {Version})")]
    private partial void LogSettingVersion(ClusterVersion version);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "updating cluster version using v2 API (from {From}, to {To})")]
    private partial void LogUpdatingVersion(ClusterVersion from, ClusterVersion to);

    [LoggerMessage(Level = LogLevel.Information, Message = "cluster version is updated (cluster-version {Version})")]
    private partial void LogVersionUpdated(ClusterVersion version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to update cluster version: {Error}")]
    private partial void LogVersionFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to get version of member {MemberId:x}")]
    private partial void LogVersionUnknown(ulong memberId);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "leadership transfer starting (local-member-id {From:x}, transferee-member-id {To:x})")]
    private partial void LogTransferStarting(ulong from, ulong to);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "leadership transfer finished (local-member-id {From:x}, transferee-member-id {To:x})")]
    private partial void LogTransferFinished(ulong from, ulong to);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "skipped leadership transfer; local server is not leader (local-member-id {MemberId:x}, "
            + "current-leader-member-id {LeaderId:x})")]
    private partial void LogTransferSkippedNotLeader(ulong memberId, ulong leaderId);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "skipped leadership transfer for single voting member cluster (local-member-id {MemberId:x})")]
    private partial void LogTransferSkippedSingle(ulong memberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "leadership transfer failed: {Error}")]
    private partial void LogTransferFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "rejecting member {Change} request of member {MemberId:x}: {Error}")]
    private partial void LogMemberChangeRefused(string change, ulong memberId, string error);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "applied a configuration change through raft (local-member-id {MemberId:x}, raft-conf-change {Type}, "
            + "raft-conf-change-node-id {NodeId:x})")]
    private partial void LogMemberChanged(ulong memberId, Raftpb.ConfChangeType type, ulong nodeId);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "the member has been permanently removed from the cluster (local-member-id {MemberId:x})")]
    private partial void LogRemoved(ulong memberId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rejected a raft message from removed member {From:x}")]
    private partial void LogRemovedSender(ulong from);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "member {To:x} needs a snapshot, but there is no way to send one")]
    private partial void LogNoSnapshotTransfer(ulong to);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to raise the NOSPACE alarm: {Error}")]
    private partial void LogAlarmFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to reset the checkpoint of lease {LeaseId:x}: {Error}")]
    private partial void LogCheckpointResetFailed(long leaseId, string error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "the {Thread} thread failed; the member stops")]
    private partial void LogFailed(Exception error, string thread);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped local member (local-member-id {MemberId:x})")]
    private partial void LogStopped(ulong memberId);
}
