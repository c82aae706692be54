namespace Etcd.Raft;

/// <summary>A change of any number of members at once (<c>raftpb.ConfChangeV2</c>). Immutable.</summary>
/// <param name="Transition">Whether and how the change goes through a joint configuration.</param>
/// <param name="Changes">In the order in which they apply. Empty, with Auto: leave the joint configuration.</param>
/// <param name="Context">Opaque to the core.</param>
public sealed record ConfChangeV2(
    ConfChangeTransition Transition,
    IReadOnlyList<ConfChangeSingle> Changes,
    ReadOnlyMemory<byte> Context)
{
    /// <summary>The change that leaves a joint configuration.</summary>
    public static ConfChangeV2 Leave { get; } = new(ConfChangeTransition.Auto, [], ReadOnlyMemory<byte>.Empty);

    /// <summary>True when this change leaves a joint configuration.</summary>
    public bool LeavesJoint => Transition == ConfChangeTransition.Auto && Changes.Count == 0;

    /// <summary>True when this change enters a joint configuration.</summary>
    /// <param name="autoLeave">Whether the leader will leave it by itself.</param>
    public bool EntersJoint(out bool autoLeave)
    {
        autoLeave = false;
        if (Transition == ConfChangeTransition.Auto && Changes.Count <= 1)
        {
            return false;
        }

        autoLeave = Transition switch
        {
            ConfChangeTransition.Auto or ConfChangeTransition.JointImplicit => true,
            ConfChangeTransition.JointExplicit => false,
            _ => throw new RaftInvariantException($"unknown conf change transition {Transition}"),
        };
        return true;
    }

    /// <summary>A short form such as <c>v1 l2 r3</c>.</summary>
    public override string ToString() => Describe.Of(this);
}
