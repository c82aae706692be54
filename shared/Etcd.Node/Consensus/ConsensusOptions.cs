namespace Etcd.Node.Consensus;

/// <summary>Limits of a <see cref="ConsensusCore"/>, all in ticks or counts: it knows no clock.</summary>
public sealed record ConsensusOptions
{
    /// <summary>This member.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>Number of the first read round, far from those of every other start of the member: an answer to a round
    /// before a restart must not be taken for one after it.</summary>
    public ulong FirstReadRound { get; init; }

    /// <summary>Ticks between two attempts of one read round: 500 ms worth
    /// (etcd <c>readIndexRetryTime</c>), from 1.</summary>
    public int ReadRetryTicks { get; init; } = 5;

    /// <summary>Ticks after which a read round fails: the request timeout's worth, from 1.</summary>
    public int ReadTimeoutTicks { get; init; } = 70;

    /// <summary>Entries kept in memory below the applied index, for followers that lag
    /// (etcd <c>SnapshotCatchUpEntries</c>).</summary>
    public ulong CatchUpEntries { get; init; } = 5_000;

    /// <summary>Applied entries between two compactions of the in-memory log: each copies what it keeps, so rarely
    /// enough for that to cost nothing, often enough that memory holds about twice what is needed.</summary>
    public ulong CompactionInterval { get; init; } = 5_000;

    /// <summary>
    /// Payload bytes that the in-memory log may hold; above it the older half goes, as far as it is applied. As much as
    /// a restart replays, and seconds of what a disk writes: a follower that only paused still finds its entries.
    /// Differs from etcd: it counts entries only, and 5,000 of 1 MiB fill a machine.
    /// </summary>
    public ulong MaxLogBytes { get; init; } = 256UL << 20;

    /// <summary>
    /// Entries that are kept beyond <see cref="CatchUpEntries"/> for a follower that still needs them, when no snapshot
    /// can be sent to it; beyond it memory wins and the follower stays behind until it is replaced.
    /// </summary>
    public ulong MaxEntriesForLaggards { get; init; } = 500_000;

    /// <summary>True when a snapshot can bring up a follower whose entries are gone.</summary>
    public bool CanSendSnapshots { get; init; }

    /// <summary>Payload bytes put into one forwarded proposal message: below raft's append limit, so that no message
    /// is larger than etcd's own.</summary>
    public int MaxProposalMessageBytes { get; init; } = 512 * 1024;

    /// <summary>The limits that follow from a member's options.</summary>
    /// <param name="member">The options.</param>
    /// <param name="memberId">The member.</param>
    /// <param name="incarnation">Another random number at every start.</param>
    public static ConsensusOptions Of(MemberNodeOptions member, ulong memberId, ulong incarnation)
    {
        ArgumentNullException.ThrowIfNull(member);
        int timeoutMilliseconds = (int)member.RequestTimeout.TotalMilliseconds;
        return new ConsensusOptions
        {
            MemberId = memberId,
            FirstReadRound = incarnation << 20,
            ReadRetryTicks = Math.Max(1, 500 / member.HeartbeatMilliseconds),
            ReadTimeoutTicks = Math.Max(1, timeoutMilliseconds / member.HeartbeatMilliseconds),
            CatchUpEntries = member.SnapshotCatchUpEntries,
            CompactionInterval = Math.Clamp(member.SnapshotCatchUpEntries, 1, Math.Max(1, member.SnapshotCount)),
            CanSendSnapshots = member.SnapshotTransfer is not null,
        };
    }
}
