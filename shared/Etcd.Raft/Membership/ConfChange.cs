namespace Etcd.Raft;

/// <summary>A change of one member (<c>raftpb.ConfChange</c>). Immutable.</summary>
/// <param name="Id">Used by the application to match proposal and result; the core ignores it.</param>
/// <param name="Type">What to do.</param>
/// <param name="NodeId">To whom; 0 makes the change void.</param>
/// <param name="Context">Opaque to the core.</param>
public sealed record ConfChange(ulong Id, ConfChangeType Type, ulong NodeId, ReadOnlyMemory<byte> Context)
{
    /// <summary>The same change in the general form.</summary>
    public ConfChangeV2 AsV2() => new(ConfChangeTransition.Auto, [new ConfChangeSingle(Type, NodeId)], Context);
}
