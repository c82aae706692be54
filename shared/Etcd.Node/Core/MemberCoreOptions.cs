using Etcd.Node.Apply;
using Etcd.Node.Consensus;
using Etcd.Raft;

namespace Etcd.Node.Core;

/// <summary>Settings of a <see cref="MemberCore"/>; everything that could differ between two runs is in here.</summary>
public sealed record MemberCoreOptions
{
    /// <summary>Who the member is, and the limits of its state machine. Times in it are not used but the heartbeat and
    /// election intervals, which give the number of ticks.</summary>
    public required MemberNodeOptions Member { get; init; }

    /// <summary>Source of the election jitter, seeded by the caller.</summary>
    public required Random Random { get; init; }

    /// <summary>Another number at every start of the member, drawn at random: makes request ids and read rounds unique
    /// across restarts.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Limits of consensus; null for the defaults that follow from <see cref="Member"/>.</summary>
    public ConsensusOptions? Consensus { get; init; }

    /// <summary>Append messages in flight to one member, from 1.</summary>
    public int MaxInflightMessages { get; init; } = 512;

    /// <summary>Payload bytes of one append message; one entry at least always fits.</summary>
    public ulong MaxSizePerMessageBytes { get; init; } = 512 * 1024;

    /// <summary>Committed entries handed out and not yet applied, bytes; 0 for raft's default.</summary>
    public ulong MaxApplyingSizeBytes { get; init; }

    /// <summary>How reads are confirmed; a member always uses the safe way.</summary>
    public ReadOnlyOption ReadOnlyOption { get; init; }
}
