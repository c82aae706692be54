namespace Etcd.Raft;

/// <summary>
/// What a leader does before it answers a read request. Numbers equal etcd's <c>raft.ReadOnlyOption</c>.
/// </summary>
public enum ReadOnlyOption
{
    /// <summary>Asks a quorum whether it still leads. Needs no assumption about clocks.</summary>
    Safe = 0,

    /// <summary>
    /// Trusts its lease: nobody else is elected within an election timeout of the last quorum check. Wrong, and reads
    /// go stale, when clocks drift or stop. Needs <see cref="RaftConfig.CheckQuorum"/>.
    /// </summary>
    LeaseBased = 1,
}
