namespace Etcd.Protocol.Errors;

/// <summary>Names every error that etcd shows to clients; <see cref="EtcdErrors"/> holds their values.</summary>
public enum EtcdErrorCode
{
    /// <summary>An error outside the table: its text alone says what happened.</summary>
    Other = 0,

    /// <summary>A request names no key.</summary>
    EmptyKey,

    /// <summary>A put keeps the value or lease of a missing key, or an operation of a transaction is empty.</summary>
    KeyNotFound,

    /// <summary>A put that keeps the value brings one.</summary>
    ValueProvided,

    /// <summary>A put that keeps the lease brings one.</summary>
    LeaseProvided,

    /// <summary>A transaction has more operations than the member allows.</summary>
    TooManyOps,

    /// <summary>A transaction would change a key twice.</summary>
    DuplicateKey,

    /// <summary>The client's version header is not text. Since 3.6.</summary>
    InvalidClientApiVersion,

    /// <summary>A range asks for an unknown order or target. Since 3.6.</summary>
    InvalidSortOption,

    /// <summary>The encoded proposal exceeds the limit.</summary>
    RequestTooLarge,

    /// <summary>Too much is committed and not yet applied. Declared ResourceExhausted, sent as Unknown.</summary>
    TooManyRequests,

    /// <summary>A downgrade request with an action nobody knows.</summary>
    UnknownMethod,

    /// <summary>The revision is older than the last compaction.</summary>
    Compacted,

    /// <summary>The revision is newer than the store.</summary>
    FutureRevision,

    /// <summary>The quota is used up, or the NOSPACE alarm is on.</summary>
    NoSpace,

    /// <summary>The CORRUPT alarm is on.</summary>
    Corrupt,

    /// <summary>No such lease.</summary>
    LeaseNotFound,

    /// <summary>The chosen lease id is taken.</summary>
    LeaseExists,

    /// <summary>The time to live exceeds 9,000,000,000 seconds.</summary>
    LeaseTtlTooLarge,

    /// <summary>The server ended the stream.</summary>
    WatchCanceled,

    /// <summary>The member id is taken.</summary>
    MemberExists,

    /// <summary>Another member has one of the peer URLs.</summary>
    PeerUrlExists,

    /// <summary>The change would leave too few started voters. Declared FailedPrecondition, sent as Unknown.</summary>
    NotEnoughStartedMembers,

    /// <summary>The peer URLs cannot be parsed.</summary>
    MemberBadUrls,

    /// <summary>No such member, or it was removed.</summary>
    MemberNotFound,

    /// <summary>The member to promote has a vote already.</summary>
    MemberNotLearner,

    /// <summary>The learner to promote lags too far behind.</summary>
    LearnerNotReady,

    /// <summary>The limit of learners is reached.</summary>
    TooManyLearners,

    /// <summary>The members belong to different clusters.</summary>
    ClusterIdMismatch,

    /// <summary>Too few members are connected for the change.</summary>
    Unhealthy,

    /// <summary>Authentication needs a user root.</summary>
    RootUserNotExist,

    /// <summary>Authentication needs the user root to have the role root.</summary>
    RootRoleNotExist,

    /// <summary>The user exists.</summary>
    UserAlreadyExists,

    /// <summary>No user name, or no credentials.</summary>
    UserEmpty,

    /// <summary>No such user.</summary>
    UserNotFound,

    /// <summary>The role exists.</summary>
    RoleAlreadyExists,

    /// <summary>No such role.</summary>
    RoleNotFound,

    /// <summary>No role name.</summary>
    RoleEmpty,

    /// <summary>Wrong user or password.</summary>
    AuthFailed,

    /// <summary>A grant without a permission.</summary>
    PermissionNotGiven,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied,

    /// <summary>The user does not have the role.</summary>
    RoleNotGranted,

    /// <summary>The role does not have exactly this permission.</summary>
    PermissionNotGranted,

    /// <summary>Authentication is off.</summary>
    AuthNotEnabled,

    /// <summary>The token is malformed, unknown or expired.</summary>
    InvalidAuthToken,

    /// <summary>The change would break authentication, or the range is malformed.</summary>
    InvalidAuthManagement,

    /// <summary>Users or roles changed since the token was issued or the request checked.</summary>
    AuthOldRevision,

    /// <summary>The member knows no leader.</summary>
    NoLeader,

    /// <summary>Only the leader does this.</summary>
    NotLeader,

    /// <summary>Leadership changed while the request waited.</summary>
    LeaderChanged,

    /// <summary>The cluster version is not decided yet. FailedPrecondition since 3.6.</summary>
    NotCapable,

    /// <summary>The member is stopping.</summary>
    Stopped,

    /// <summary>No confirmation from the leader in time.</summary>
    Timeout,

    /// <summary>The leader went away while the proposal waited.</summary>
    TimeoutDueToLeaderFail,

    /// <summary>The connection to the leader was lost while the proposal waited.</summary>
    TimeoutDueToConnectionLost,

    /// <summary>The new leader did not take over in time.</summary>
    TimeoutLeaderTransfer,

    /// <summary>The member lags behind what it must answer from.</summary>
    TimeoutWaitAppliedIndex,

    /// <summary>A learner does not serve this. FailedPrecondition since 3.6.</summary>
    NotSupportedForLearner,

    /// <summary>The target is unknown or has no vote.</summary>
    BadLeaderTransferee,

    /// <summary>The cluster version is not decided yet. FailedPrecondition since 3.6.</summary>
    ClusterVersionUnavailable,

    /// <summary>The target is not a version.</summary>
    WrongDowngradeVersionFormat,

    /// <summary>The target is not one minor release below.</summary>
    InvalidDowngradeTargetVersion,

    /// <summary>A downgrade is under way.</summary>
    DowngradeInProcess,

    /// <summary>There is no downgrade to cancel.</summary>
    NoInflightDowngrade,

    /// <summary>Declared by etcd; on the wire a cancelled request reports ContextCanceled.</summary>
    Canceled,

    /// <summary>The proposal was given up by the member.</summary>
    RequestCancelled,

    /// <summary>Declared by 3.6; on the wire a proposal that ran out of time reports ContextDeadlineExceeded.</summary>
    DeadlineExceeded,

    /// <summary>The caller went away.</summary>
    ContextCanceled,

    /// <summary>The caller's or the member's own time for the request is over.</summary>
    ContextDeadlineExceeded,

    /// <summary>The user logs in by certificate only.</summary>
    NoPasswordUser,

    /// <summary>As UserEmpty, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    RawUserEmpty,

    /// <summary>As InvalidAuthToken, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    RawInvalidAuthToken,

    /// <summary>As PermissionDenied, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    RawPermissionDenied,

    /// <summary>As AuthOldRevision, from Hash, HashKV, Defragment and Snapshot of 3.5.</summary>
    RawAuthOldRevision,

    /// <summary>The leader key is gone or another's.</summary>
    ElectionNotLeader,

    /// <summary>Nobody leads the election.</summary>
    ElectionNoLeader,

    /// <summary>The request names no leader key.</summary>
    ElectionLeaderMissing,
}
