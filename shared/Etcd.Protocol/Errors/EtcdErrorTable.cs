namespace Etcd.Protocol.Errors;

/// <summary>The one table of codes, gRPC statuses and texts; the texts are part of the wire contract.</summary>
/// <remarks>
/// Source: api/v3rpc/rpctypes/error.go and server/etcdserver/api/v3rpc/util.go of etcd 3.5. Where 3.6 answers with
/// another code, 3.5 wins. Some errors that rpctypes declares with a code have no mapping in the server and reach the
/// client as Unknown; they stand here as clients see them.
/// </remarks>
internal static class EtcdErrorTable
{
    /// <summary>All rows in the order of <see cref="EtcdErrorCode"/>, Other left out.</summary>
    internal static readonly EtcdErrorRow[] Rows =
    [
        // Requests.
        new(EtcdErrorCode.EmptyKey, GrpcStatusCode.InvalidArgument, "etcdserver: key is not provided"),
        new(EtcdErrorCode.KeyNotFound, GrpcStatusCode.InvalidArgument, "etcdserver: key not found"),
        new(EtcdErrorCode.ValueProvided, GrpcStatusCode.InvalidArgument, "etcdserver: value is provided"),
        new(EtcdErrorCode.LeaseProvided, GrpcStatusCode.InvalidArgument, "etcdserver: lease is provided"),
        new(EtcdErrorCode.TooManyOps, GrpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request"),
        new(
            EtcdErrorCode.DuplicateKey,
            GrpcStatusCode.InvalidArgument,
            "etcdserver: duplicate key given in txn request"),
        new(
            EtcdErrorCode.InvalidClientApiVersion,
            GrpcStatusCode.InvalidArgument,
            "etcdserver: invalid client api version"),
        new(EtcdErrorCode.InvalidSortOption, GrpcStatusCode.InvalidArgument, "etcdserver: invalid sort option"),
        new(EtcdErrorCode.RequestTooLarge, GrpcStatusCode.InvalidArgument, "etcdserver: request is too large"),
        new(EtcdErrorCode.TooManyRequests, GrpcStatusCode.Unknown, "etcdserver: too many requests"),
        new(EtcdErrorCode.UnknownMethod, GrpcStatusCode.Unknown, "etcdserver: unknown method"),
        // Revisions and space.
        new(
            EtcdErrorCode.Compacted,
            GrpcStatusCode.OutOfRange,
            "etcdserver: mvcc: required revision has been compacted"),
        new(
            EtcdErrorCode.FutureRevision,
            GrpcStatusCode.OutOfRange,
            "etcdserver: mvcc: required revision is a future revision"),
        new(EtcdErrorCode.NoSpace, GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"),
        new(EtcdErrorCode.Corrupt, GrpcStatusCode.DataLoss, "etcdserver: corrupt cluster"),
        // Leases.
        new(EtcdErrorCode.LeaseNotFound, GrpcStatusCode.NotFound, "etcdserver: requested lease not found"),
        new(EtcdErrorCode.LeaseExists, GrpcStatusCode.FailedPrecondition, "etcdserver: lease already exists"),
        new(EtcdErrorCode.LeaseTtlTooLarge, GrpcStatusCode.OutOfRange, "etcdserver: too large lease TTL"),
        // Watch.
        new(EtcdErrorCode.WatchCanceled, GrpcStatusCode.Canceled, "etcdserver: watch canceled"),
        // Members.
        new(EtcdErrorCode.MemberExists, GrpcStatusCode.FailedPrecondition, "etcdserver: member ID already exist"),
        new(EtcdErrorCode.PeerUrlExists, GrpcStatusCode.FailedPrecondition, "etcdserver: Peer URLs already exists"),
        new(
            EtcdErrorCode.NotEnoughStartedMembers,
            GrpcStatusCode.Unknown,
            "etcdserver: re-configuration failed due to not enough started members"),
        new(EtcdErrorCode.MemberBadUrls, GrpcStatusCode.InvalidArgument, "etcdserver: given member URLs are invalid"),
        new(EtcdErrorCode.MemberNotFound, GrpcStatusCode.NotFound, "etcdserver: member not found"),
        new(
            EtcdErrorCode.MemberNotLearner,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: can only promote a learner member"),
        new(
            EtcdErrorCode.LearnerNotReady,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: can only promote a learner member which is in sync with leader"),
        new(
            EtcdErrorCode.TooManyLearners,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: too many learner members in cluster"),
        new(EtcdErrorCode.ClusterIdMismatch, GrpcStatusCode.FailedPrecondition, "etcdserver: cluster ID mismatch"),
        new(EtcdErrorCode.Unhealthy, GrpcStatusCode.Unavailable, "etcdserver: unhealthy cluster"),
        // Users and roles.
        new(EtcdErrorCode.RootUserNotExist, GrpcStatusCode.FailedPrecondition, "etcdserver: root user does not exist"),
        new(
            EtcdErrorCode.RootRoleNotExist,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: root user does not have root role"),
        new(EtcdErrorCode.UserAlreadyExists, GrpcStatusCode.FailedPrecondition, "etcdserver: user name already exists"),
        new(EtcdErrorCode.UserEmpty, GrpcStatusCode.InvalidArgument, "etcdserver: user name is empty"),
        new(EtcdErrorCode.UserNotFound, GrpcStatusCode.FailedPrecondition, "etcdserver: user name not found"),
        new(EtcdErrorCode.RoleAlreadyExists, GrpcStatusCode.FailedPrecondition, "etcdserver: role name already exists"),
        new(EtcdErrorCode.RoleNotFound, GrpcStatusCode.FailedPrecondition, "etcdserver: role name not found"),
        new(EtcdErrorCode.RoleEmpty, GrpcStatusCode.InvalidArgument, "etcdserver: role name is empty"),
        new(
            EtcdErrorCode.AuthFailed,
            GrpcStatusCode.InvalidArgument,
            "etcdserver: authentication failed, invalid user ID or password"),
        new(EtcdErrorCode.PermissionNotGiven, GrpcStatusCode.InvalidArgument, "etcdserver: permission not given"),
        new(EtcdErrorCode.PermissionDenied, GrpcStatusCode.PermissionDenied, "etcdserver: permission denied"),
        new(
            EtcdErrorCode.RoleNotGranted,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: role is not granted to the user"),
        new(
            EtcdErrorCode.PermissionNotGranted,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: permission is not granted to the role"),
        new(
            EtcdErrorCode.AuthNotEnabled,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: authentication is not enabled"),
        new(EtcdErrorCode.InvalidAuthToken, GrpcStatusCode.Unauthenticated, "etcdserver: invalid auth token"),
        new(EtcdErrorCode.InvalidAuthManagement, GrpcStatusCode.InvalidArgument, "etcdserver: invalid auth management"),
        new(EtcdErrorCode.AuthOldRevision, GrpcStatusCode.InvalidArgument, "etcdserver: revision of auth store is old"),
        // Cluster state.
        new(EtcdErrorCode.NoLeader, GrpcStatusCode.Unavailable, "etcdserver: no leader"),
        new(EtcdErrorCode.NotLeader, GrpcStatusCode.FailedPrecondition, "etcdserver: not leader"),
        new(EtcdErrorCode.LeaderChanged, GrpcStatusCode.Unavailable, "etcdserver: leader changed"),
        new(EtcdErrorCode.NotCapable, GrpcStatusCode.Unavailable, "etcdserver: not capable"),
        new(EtcdErrorCode.Stopped, GrpcStatusCode.Unavailable, "etcdserver: server stopped"),
        new(EtcdErrorCode.Timeout, GrpcStatusCode.Unavailable, "etcdserver: request timed out"),
        new(
            EtcdErrorCode.TimeoutDueToLeaderFail,
            GrpcStatusCode.Unavailable,
            "etcdserver: request timed out, possibly due to previous leader failure"),
        new(
            EtcdErrorCode.TimeoutDueToConnectionLost,
            GrpcStatusCode.Unavailable,
            "etcdserver: request timed out, possibly due to connection lost"),
        new(
            EtcdErrorCode.TimeoutLeaderTransfer,
            GrpcStatusCode.Unknown,
            "etcdserver: request timed out, leader transfer took too long"),
        new(
            EtcdErrorCode.TimeoutWaitAppliedIndex,
            GrpcStatusCode.Unavailable,
            "etcdserver: request timed out, waiting for the applied index took too long"),
        new(
            EtcdErrorCode.NotSupportedForLearner,
            GrpcStatusCode.Unavailable,
            "etcdserver: rpc not supported for learner"),
        new(EtcdErrorCode.BadLeaderTransferee, GrpcStatusCode.FailedPrecondition, "etcdserver: bad leader transferee"),
        // Downgrade.
        new(
            EtcdErrorCode.ClusterVersionUnavailable,
            GrpcStatusCode.Unavailable,
            "etcdserver: cluster version not found during downgrade"),
        new(
            EtcdErrorCode.WrongDowngradeVersionFormat,
            GrpcStatusCode.InvalidArgument,
            "etcdserver: wrong downgrade target version format"),
        new(
            EtcdErrorCode.InvalidDowngradeTargetVersion,
            GrpcStatusCode.InvalidArgument,
            "etcdserver: invalid downgrade target version"),
        new(
            EtcdErrorCode.DowngradeInProcess,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: cluster has a downgrade job in progress"),
        new(
            EtcdErrorCode.NoInflightDowngrade,
            GrpcStatusCode.FailedPrecondition,
            "etcdserver: no inflight downgrade job"),
        // Cancellation.
        new(EtcdErrorCode.Canceled, GrpcStatusCode.Canceled, "etcdserver: request canceled"),
        new(EtcdErrorCode.RequestCancelled, GrpcStatusCode.Unknown, "etcdserver: request cancelled"),
        new(EtcdErrorCode.DeadlineExceeded, GrpcStatusCode.DeadlineExceeded, "etcdserver: context deadline exceeded"),
        new(EtcdErrorCode.ContextCanceled, GrpcStatusCode.Canceled, "context canceled"),
        new(EtcdErrorCode.ContextDeadlineExceeded, GrpcStatusCode.DeadlineExceeded, "context deadline exceeded"),
        // Errors without a mapping in etcd: raw text, code Unknown.
        new(
            EtcdErrorCode.NoPasswordUser,
            GrpcStatusCode.Unknown,
            "auth: authentication failed, password was given for no password user"),
        new(EtcdErrorCode.RawUserEmpty, GrpcStatusCode.Unknown, "auth: user name is empty"),
        new(EtcdErrorCode.RawInvalidAuthToken, GrpcStatusCode.Unknown, "auth: invalid auth token"),
        new(EtcdErrorCode.RawPermissionDenied, GrpcStatusCode.Unknown, "auth: permission denied"),
        new(EtcdErrorCode.RawAuthOldRevision, GrpcStatusCode.Unknown, "auth: revision in header is old"),
        new(EtcdErrorCode.ElectionNotLeader, GrpcStatusCode.Unknown, "election: not leader"),
        new(EtcdErrorCode.ElectionNoLeader, GrpcStatusCode.Unknown, "election: no leader"),
        new(EtcdErrorCode.ElectionLeaderMissing, GrpcStatusCode.Unknown, "\"leader\" field must be provided"),
    ];

    /// <summary>The status that goes with a code; Unknown for <see cref="EtcdErrorCode.Other"/>.</summary>
    internal static GrpcStatusCode StatusOf(EtcdErrorCode code)
    {
        int row = (int)code - 1;
        return (uint)row < (uint)Rows.Length ? Rows[row].Status : GrpcStatusCode.Unknown;
    }
}
