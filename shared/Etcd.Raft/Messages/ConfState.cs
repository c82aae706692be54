namespace Etcd.Raft;

/// <summary>
/// A membership configuration (<c>raftpb.ConfState</c>). Immutable; all arrays ascending, without duplicates, never
/// null. Two states with the same content are equal.
/// </summary>
public sealed class ConfState : IEquatable<ConfState>
{
    /// <summary>No members at all.</summary>
    public static ConfState Empty { get; } = new();

    /// <summary>Voters of the incoming (or only) configuration.</summary>
    public ulong[] Voters { get; init => field = Sorted(value); } = [];

    /// <summary>Members that receive the log but have no vote.</summary>
    public ulong[] Learners { get; init => field = Sorted(value); } = [];

    /// <summary>Voters of the outgoing configuration; empty unless joint.</summary>
    public ulong[] VotersOutgoing { get; init => field = Sorted(value); } = [];

    /// <summary>
    /// Voters of the outgoing configuration that become learners when the joint configuration is left.
    /// </summary>
    public ulong[] LearnersNext { get; init => field = Sorted(value); } = [];

    /// <summary>True when the leader leaves the joint configuration by itself.</summary>
    public bool AutoLeave { get; init; }

    /// <inheritdoc/>
    public bool Equals(ConfState? other) =>
        other is not null
        && AutoLeave == other.AutoLeave
        && Voters.AsSpan().SequenceEqual(other.Voters)
        && Learners.AsSpan().SequenceEqual(other.Learners)
        && VotersOutgoing.AsSpan().SequenceEqual(other.VotersOutgoing)
        && LearnersNext.AsSpan().SequenceEqual(other.LearnersNext);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConfState);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(AutoLeave);
        foreach (ulong id in Voters)
        {
            hash.Add(id);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Describe.Of(this);

    private static ulong[] Sorted(ulong[] ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        bool ascending = true;
        for (int i = 1; i < ids.Length; i++)
        {
            ascending &= ids[i - 1] < ids[i];
        }

        return ascending ? ids : [.. new SortedSet<ulong>(ids)];
    }
}
