namespace Etcd.Protocol.Errors;

/// <summary>The values of all errors that etcd shows to clients, and the way back from a text. Thread-safe.</summary>
public static class EtcdErrors
{
    private static readonly EtcdError[] Values = Array.ConvertAll(
        EtcdErrorTable.Rows,
        static row => new EtcdError(row.Code, row.Text));

    private static readonly Dictionary<string, EtcdError> ByText = Values.ToDictionary(
        static error => error.Message,
        StringComparer.Ordinal);

    /// <summary>All errors of the table, in the order of <see cref="EtcdErrorCode"/>.</summary>
    public static IReadOnlyList<EtcdError> All => Values;

    /// <summary>A request names no key.</summary>
    public static EtcdError EmptyKey => Of(EtcdErrorCode.EmptyKey);

    /// <summary>A put keeps the value or lease of a missing key, or an operation of a transaction is empty.</summary>
    public static EtcdError KeyNotFound => Of(EtcdErrorCode.KeyNotFound);

    /// <summary>A put that keeps the value brings one.</summary>
    public static EtcdError ValueProvided => Of(EtcdErrorCode.ValueProvided);

    /// <summary>A put that keeps the lease brings one.</summary>
    public static EtcdError LeaseProvided => Of(EtcdErrorCode.LeaseProvided);

    /// <summary>A transaction has more operations than the member allows.</summary>
    public static EtcdError TooManyOps => Of(EtcdErrorCode.TooManyOps);

    /// <summary>A transaction would change a key twice.</summary>
    public static EtcdError DuplicateKey => Of(EtcdErrorCode.DuplicateKey);

    /// <summary>The client's version header is not text. Since 3.6.</summary>
    public static EtcdError InvalidClientApiVersion => Of(EtcdErrorCode.InvalidClientApiVersion);

    /// <summary>A range asks for an unknown order or target. Since 3.6.</summary>
    public static EtcdError InvalidSortOption => Of(EtcdErrorCode.InvalidSortOption);

    /// <summary>The encoded proposal exceeds the limit.</summary>
    public static EtcdError RequestTooLarge => Of(EtcdErrorCode.RequestTooLarge);

    /// <summary>Too much is committed and not yet applied. Declared ResourceExhausted, sent as Unknown.</summary>
    public static EtcdError TooManyRequests => Of(EtcdErrorCode.TooManyRequests);

    /// <summary>A downgrade request with an action nobody knows.</summary>
    public static EtcdError UnknownMethod => Of(EtcdErrorCode.UnknownMethod);

    /// <summary>The revision is older than the last compaction.</summary>
    public static EtcdError Compacted => Of(EtcdErrorCode.Compacted);

    /// <summary>The revision is newer than the store.</summary>
    public static EtcdError FutureRevision => Of(EtcdErrorCode.FutureRevision);

    /// <summary>The quota is used up, or the NOSPACE alarm is on.</summary>
    public static EtcdError NoSpace => Of(EtcdErrorCode.NoSpace);

    /// <summary>The CORRUPT alarm is on.</summary>
    public static EtcdError Corrupt => Of(EtcdErrorCode.Corrupt);

    /// <summary>No such lease.</summary>
    public static EtcdError LeaseNotFound => Of(EtcdErrorCode.LeaseNotFound);

    /// <summary>The chosen lease id is taken.</summary>
    public static EtcdError LeaseExists => Of(EtcdErrorCode.LeaseExists);

    /// <summary>The time to live exceeds 9,000,000,000 seconds.</summary>
    public static EtcdError LeaseTtlTooLarge => Of(EtcdErrorCode.LeaseTtlTooLarge);

    /// <summary>The server ended the stream.</summary>
    public static EtcdError WatchCanceled => Of(EtcdErrorCode.WatchCanceled);

    /// <summary>The member id is taken.</summary>
    public static EtcdError MemberExists => Of(EtcdErrorCode.MemberExists);

    /// <summary>Another member has one of the peer URLs.</summary>
    public static EtcdError PeerUrlExists => Of(EtcdErrorCode.PeerUrlExists);

    /// <summary>The change would leave too few started voters. Declared FailedPrecondition, sent as Unknown.</summary>
    public static EtcdError NotEnoughStartedMembers => Of(EtcdErrorCode.NotEnoughStartedMembers);

    /// <summary>The peer URLs cannot be parsed.</summary>
    public static EtcdError MemberBadUrls => Of(EtcdErrorCode.MemberBadUrls);

    /// <summary>No such member, or it was removed.</summary>
    public static EtcdError MemberNotFound => Of(EtcdErrorCode.MemberNotFound);

    /// <summary>The member to promote has a vote already.</summary>
    public static EtcdError MemberNotLearner => Of(EtcdErrorCode.MemberNotLearner);

    /// <summary>The learner to promote lags too far behind.</summary>
    public static EtcdError LearnerNotReady => Of(EtcdErrorCode.LearnerNotReady);

    /// <summary>The limit of learners is reached.</summary>
    public static EtcdError TooManyLearners => Of(EtcdErrorCode.TooManyLearners);

    /// <summary>The members belong to different clusters.</summary>
    public static EtcdError ClusterIdMismatch => Of(EtcdErrorCode.ClusterIdMismatch);

    /// <summary>Too few members are connected for the change.</summary>
    public static EtcdError Unhealthy => Of(EtcdErrorCode.Unhealthy);

    /// <summary>Authentication needs a user root.</summary>
    public static EtcdError RootUserNotExist => Of(EtcdErrorCode.RootUserNotExist);

    /// <summary>Authentication needs the user root to have the role root.</summary>
    public static EtcdError RootRoleNotExist => Of(EtcdErrorCode.RootRoleNotExist);

    /// <summary>The user exists.</summary>
    public static EtcdError UserAlreadyExists => Of(EtcdErrorCode.UserAlreadyExists);

    /// <summary>No user name, or no credentials.</summary>
    public static EtcdError UserEmpty => Of(EtcdErrorCode.UserEmpty);

    /// <summary>No such user.</summary>
    public static EtcdError UserNotFound => Of(EtcdErrorCode.UserNotFound);

    /// <summary>The role exists.</summary>
    public static EtcdError RoleAlreadyExists => Of(EtcdErrorCode.RoleAlreadyExists);

    /// <summary>No such role.</summary>
    public static EtcdError RoleNotFound => Of(EtcdErrorCode.RoleNotFound);

    /// <summary>No role name.</summary>
    public static EtcdError RoleEmpty => Of(EtcdErrorCode.RoleEmpty);

    /// <summary>Wrong user or password.</summary>
    public static EtcdError AuthFailed => Of(EtcdErrorCode.AuthFailed);

    /// <summary>A grant without a permission.</summary>
    public static EtcdError PermissionNotGiven => Of(EtcdErrorCode.PermissionNotGiven);

    /// <summary>The caller may not do this.</summary>
    public static EtcdError PermissionDenied => Of(EtcdErrorCode.PermissionDenied);

    /// <summary>The user does not have the role.</summary>
    public static EtcdError RoleNotGranted => Of(EtcdErrorCode.RoleNotGranted);

    /// <summary>The role does not have exactly this permission.</summary>
    public static EtcdError PermissionNotGranted => Of(EtcdErrorCode.PermissionNotGranted);

    /// <summary>Authentication is off.</summary>
    public static EtcdError AuthNotEnabled => Of(EtcdErrorCode.AuthNotEnabled);

    /// <summary>The token is malformed, unknown or expired.</summary>
    public static EtcdError InvalidAuthToken => Of(EtcdErrorCode.InvalidAuthToken);

    /// <summary>The change would break authentication, or the range is malformed.</summary>
    public static EtcdError InvalidAuthManagement => Of(EtcdErrorCode.InvalidAuthManagement);

    /// <summary>Users or roles changed since the token was issued or the request checked.</summary>
    public static EtcdError AuthOldRevision => Of(EtcdErrorCode.AuthOldRevision);

    /// <summary>The member knows no leader.</summary>
    public static EtcdError NoLeader => Of(EtcdErrorCode.NoLeader);

    /// <summary>Only the leader does this.</summary>
    public static EtcdError NotLeader => Of(EtcdErrorCode.NotLeader);

    /// <summary>Leadership changed while the request waited.</summary>
    public static EtcdError LeaderChanged => Of(EtcdErrorCode.LeaderChanged);

    /// <summary>The cluster version is not decided yet. FailedPrecondition since 3.6.</summary>
    public static EtcdError NotCapable => Of(EtcdErrorCode.NotCapable);

    /// <summary>The member is stopping.</summary>
    public static EtcdError Stopped => Of(EtcdErrorCode.Stopped);

    /// <summary>No confirmation from the leader in time.</summary>
    public static EtcdError Timeout => Of(EtcdErrorCode.Timeout);

    /// <summary>The leader went away while the proposal waited.</summary>
    public static EtcdError TimeoutDueToLeaderFail => Of(EtcdErrorCode.TimeoutDueToLeaderFail);

    /// <summary>The connection to the leader was lost while the proposal waited.</summary>
    public static EtcdError TimeoutDueToConnectionLost => Of(EtcdErrorCode.TimeoutDueToConnectionLost);

    /// <summary>The new leader did not take over in time.</summary>
    public static EtcdError TimeoutLeaderTransfer => Of(EtcdErrorCode.TimeoutLeaderTransfer);

    /// <summary>The member lags behind what it must answer from.</summary>
    public static EtcdError TimeoutWaitAppliedIndex => Of(EtcdErrorCode.TimeoutWaitAppliedIndex);

    /// <summary>A learner does not serve this. FailedPrecondition since 3.6.</summary>
    public static EtcdError NotSupportedForLearner => Of(EtcdErrorCode.NotSupportedForLearner);

    /// <summary>The target is unknown or has no vote.</summary>
    public static EtcdError BadLeaderTransferee => Of(EtcdErrorCode.BadLeaderTransferee);

    /// <summary>The cluster version is not decided yet. FailedPrecondition since 3.6.</summary>
    public static EtcdError ClusterVersionUnavailable => Of(EtcdErrorCode.ClusterVersionUnavailable);

    /// <summary>The target is not a version.</summary>
    public static EtcdError WrongDowngradeVersionFormat => Of(EtcdErrorCode.WrongDowngradeVersionFormat);

    /// <summary>The target is not one minor release below.</summary>
    public static EtcdError InvalidDowngradeTargetVersion => Of(EtcdErrorCode.InvalidDowngradeTargetVersion);

    /// <summary>A downgrade is under way.</summary>
    public static EtcdError DowngradeInProcess => Of(EtcdErrorCode.DowngradeInProcess);

    /// <summary>There is no downgrade to cancel.</summary>
    public static EtcdError NoInflightDowngrade => Of(EtcdErrorCode.NoInflightDowngrade);

    /// <summary>Declared by etcd; on the wire a cancelled request reports ContextCanceled.</summary>
    public static EtcdError Canceled => Of(EtcdErrorCode.Canceled);

    /// <summary>The proposal was given up by the member.</summary>
    public static EtcdError RequestCancelled => Of(EtcdErrorCode.RequestCancelled);

    /// <summary>Declared by 3.6; on the wire a proposal that ran out of time reports ContextDeadlineExceeded.</summary>
    public static EtcdError DeadlineExceeded => Of(EtcdErrorCode.DeadlineExceeded);

    /// <summary>The caller went away.</summary>
    public static EtcdError ContextCanceled => Of(EtcdErrorCode.ContextCanceled);

    /// <summary>The caller's or the member's own time for the request is over.</summary>
    public static EtcdError ContextDeadlineExceeded => Of(EtcdErrorCode.ContextDeadlineExceeded);

    /// <summary>The user logs in by certificate only.</summary>
    public static EtcdError NoPasswordUser => Of(EtcdErrorCode.NoPasswordUser);

    /// <summary>As UserEmpty, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    public static EtcdError RawUserEmpty => Of(EtcdErrorCode.RawUserEmpty);

    /// <summary>As InvalidAuthToken, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    public static EtcdError RawInvalidAuthToken => Of(EtcdErrorCode.RawInvalidAuthToken);

    /// <summary>As PermissionDenied, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    public static EtcdError RawPermissionDenied => Of(EtcdErrorCode.RawPermissionDenied);

    /// <summary>As AuthOldRevision, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    public static EtcdError RawAuthOldRevision => Of(EtcdErrorCode.RawAuthOldRevision);

    /// <summary>The leader key is gone or another's.</summary>
    public static EtcdError ElectionNotLeader => Of(EtcdErrorCode.ElectionNotLeader);

    /// <summary>Nobody leads the election.</summary>
    public static EtcdError ElectionNoLeader => Of(EtcdErrorCode.ElectionNoLeader);

    /// <summary>The request names no leader key.</summary>
    public static EtcdError ElectionLeaderMissing => Of(EtcdErrorCode.ElectionLeaderMissing);

    /// <summary>The value of a code.</summary>
    /// <param name="code">Any code but <see cref="EtcdErrorCode.Other"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is not in the table.</exception>
    public static EtcdError Of(EtcdErrorCode code)
    {
        int row = (int)code - 1;
        ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(code));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Values.Length, nameof(code));
        return Values[row];
    }

    /// <summary>An error outside the table: status Unknown and this text, as etcd sends the unmapped.</summary>
    /// <param name="text">The whole status message.</param>
    public static EtcdError Other(string text) => new(EtcdErrorCode.Other, text);

    /// <summary>The error that a status message stands for, or null when the text is not in the table.</summary>
    /// <param name="text">The whole status message, compared ordinally; null gives null.</param>
    public static EtcdError? FromText(string? text) =>
        text is not null && ByText.TryGetValue(text, out EtcdError? error) ? error : null;

    /// <summary>The error that a status stands for; one outside the table keeps its status and text.</summary>
    /// <param name="status">The gRPC status.</param>
    /// <param name="text">The status message; null counts as empty.</param>
    /// <remarks>A text of the table wins: releases disagree about statuses, never about texts.</remarks>
    public static EtcdError FromStatus(GrpcStatusCode status, string? text) =>
        FromText(text) ?? new EtcdError(EtcdErrorCode.Other, text ?? string.Empty) { GrpcStatusCode = status };
}
