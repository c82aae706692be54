namespace Etcd.Node.Consensus;

/// <summary>Limits of a <see cref="ConsensusCore"/>, all in ticks or counts: it knows no clock.</summary>
public sealed record ConsensusOptions
{
    // What the flag says is meant for followers that lag a little; a state takes longer to come.
    private const ulong LaggardFactor = 200;

    /// <summary>This member.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>Number of the first read round, far from those of every other start of the member: an answer to a round
    /// before a restart must not be taken for one after it.</summary>
    public ulong FirstReadRound { get; init; }

    /// <summary>Ticks between two attempts of one read round: 500 ms worth
    /// (etcd <c>readIndexRetryTime</c>), from 1.</summary>
    public int ReadRetryTicks { get; init; } = 5;

    /// <summary>Ticks after which a read round fails, and a proposal of another member that found no leader is given up:
    /// the request timeout's worth, from 1.</summary>
    public int RequestTimeoutTicks { get; init; } = 70;

    /// <summary>Entries kept in memory below the applied index, for followers that lag
    /// (etcd <c>SnapshotCatchUpEntries</c>).</summary>
    public ulong CatchUpEntries { get; init; } = 5_000;

    /// <summary>Applied entries between two compactions of the in-memory log: each copies what it keeps, so rarely
    /// enough for that to cost nothing, often enough that memory holds about twice what is needed.</summary>
    public ulong CompactionInterval { get; init; } = 5_000;

    /// <summary>
    /// Payload bytes that the in-memory log may hold; above it the older half goes, as far as it is applied and no
    /// follower needs it. As much as a restart replays, and seconds of what a disk writes.
    /// Differs from etcd: it counts entries only, and 5,000 of 1 MiB fill a machine.
    /// </summary>
    public ulong MaxLogBytes { get; init; } = 256UL << 20;

    /// <summary>
    /// As <see cref="MaxLogBytes"/>, whatever followers need: beyond it memory wins, and a follower gets a whole state.
    /// At least as large.
    /// </summary>
    public ulong MaxLogBytesForLaggards { get; init; } = 512UL << 20;

    /// <summary>
    /// Entries that are kept beyond <see cref="CatchUpEntries"/> for a follower that still needs them. 20 s of the
    /// highest rate seen, in which a state of gigabytes is sent and installed.
    /// Differs from etcd: it knows no need, and keeps 5,000 to 105,000 entries whatever goes on.
    /// </summary>
    public ulong MaxEntriesForLaggards { get; init; } = 1_000_000;

    /// <summary>Ticks for which entries are kept for a follower that is not heard of: 30 s worth, in which a member
    /// restarts.</summary>
    public int LaggardTicks { get; init; } = 300;

    /// <summary>True when a snapshot can bring up a follower whose entries are gone; without, entries are kept for
    /// followers that are not heard of, too.</summary>
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
            RequestTimeoutTicks = Math.Max(1, timeoutMilliseconds / member.HeartbeatMilliseconds),
            MaxLogBytes = (ulong)member.LogMemoryBytes,
            MaxLogBytesForLaggards = 2 * (ulong)member.LogMemoryBytes,
            CatchUpEntries = member.SnapshotCatchUpEntries,
            CompactionInterval = Math.Clamp(member.SnapshotCatchUpEntries, 1, Math.Max(1, member.SnapshotCount)),
            MaxEntriesForLaggards = LaggardFactor * member.SnapshotCatchUpEntries,
            LaggardTicks = 30_000 / member.HeartbeatMilliseconds,
            CanSendSnapshots = member.SnapshotTransfer is not null,
        };
    }
}
