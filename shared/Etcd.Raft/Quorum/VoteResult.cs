namespace Etcd.Raft;

/// <summary>How a vote stands.</summary>
internal enum VoteResult
{
    /// <summary>Neither decided.</summary>
    Pending,

    /// <summary>A quorum can no longer be reached.</summary>
    Lost,

    /// <summary>A quorum said yes.</summary>
    Won,
}
