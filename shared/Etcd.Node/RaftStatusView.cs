namespace Etcd.Node;

/// <summary>Consensus numbers at one moment. Immutable; published by the raft loop.</summary>
/// <param name="LeaderId">The leader as this member knows it; 0 for none.</param>
/// <param name="Term">Current term.</param>
/// <param name="CommittedIndex">Highest committed index.</param>
/// <param name="IsLeader">True while this member leads.</param>
/// <param name="IsAlone">True while no other member is in the configuration in force, voter or not.</param>
/// <param name="IsRestoring">True while a state that was received is not installed yet.</param>
public sealed record RaftStatusView(
    ulong LeaderId, ulong Term, ulong CommittedIndex, bool IsLeader, bool IsAlone, bool IsRestoring)
{
    /// <summary>What a member knows before its first message.</summary>
    public static RaftStatusView Initial { get; } =
        new(0, 0, 0, IsLeader: false, IsAlone: false, IsRestoring: false);
}
