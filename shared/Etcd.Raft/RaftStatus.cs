namespace Etcd.Raft;

/// <summary>A copy of the interesting part of a member's state. Immutable.</summary>
public sealed class RaftStatus
{
    /// <summary>This member.</summary>
    public required ulong Id { get; init; }

    /// <summary>Term, vote and commit index as of now; what is durable may lag.</summary>
    public required HardState HardState { get; init; }

    /// <summary>Leader and role.</summary>
    public required SoftState SoftState { get; init; }

    /// <summary>Highest index whose application was acknowledged.</summary>
    public required ulong Applied { get; init; }

    /// <summary>Index of the last entry, durable or not.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>Member that leadership is being handed to; 0 for none.</summary>
    public required ulong LeadTransferee { get; init; }

    /// <summary>The configuration in force here.</summary>
    public required ConfState ConfState { get; init; }

    /// <summary>Every member's progress, ascending by id; empty unless this member leads.</summary>
    public required IReadOnlyList<PeerProgress> Progress { get; init; }

    /// <summary>Current term.</summary>
    public ulong Term => HardState.Term;

    /// <summary>Highest index known to be committed.</summary>
    public ulong Commit => HardState.Commit;

    /// <summary>Who leads; 0 while unknown.</summary>
    public ulong LeaderId => SoftState.LeaderId;

    /// <summary>This member's part.</summary>
    public RaftRole Role => SoftState.Role;
}
