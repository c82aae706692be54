using Etcd.Node.Consensus;

namespace Etcd.Simulator.World;

/// <summary>
/// Everything that a seed decides before the run: sizes, limits, how bad the world is. Limits are drawn from ranges far
/// below production's, so that rarely used paths (compaction, whole states, full windows) are common.
/// </summary>
internal sealed record Settings
{
    public required int Seed { get; init; }

    public required string Scenario { get; init; }

    public int Members { get; init; } = 3;

    public int Clients { get; init; } = 4;

    public int Watchers { get; init; } = 3;

    public int LeaseClients { get; init; } = 2;

    public int Keys { get; init; } = 8;

    /// <summary>Virtual seconds with faults and clients.</summary>
    public int FaultSeconds { get; init; } = 20;

    public int HeartbeatMilliseconds { get; init; } = 100;

    public int ElectionTicks { get; init; } = 10;

    public bool PreVote { get; init; } = true;

    public ulong SnapshotCount { get; init; }

    public ulong CatchUpEntries { get; init; }

    public ulong CompactionInterval { get; init; }

    public ulong MaxLogBytes { get; init; } = ulong.MaxValue;

    public ulong MaxLogBytesForLaggards { get; init; } = ulong.MaxValue;

    public ulong MaxEntriesForLaggards { get; init; }

    public int LaggardTicks { get; init; }

    public int MaxInflightMessages { get; init; }

    public ulong MaxMessageBytes { get; init; }

    public ulong MaxApplyingBytes { get; init; }

    public int CompactionBatch { get; init; }

    public long WatchCreditBytes { get; init; }

    public int WatchRecent { get; init; }

    public int WatchCatchUp { get; init; }

    public bool LeaseCheckpoints { get; init; }

    /// <summary>Largest difference of a member's clock from true speed, as a fraction.</summary>
    public double Drift { get; init; }

    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>Mean one-way delay, microseconds.</summary>
    public long Delay { get; init; }

    /// <summary>Mean duration of an fsync, microseconds.</summary>
    public long SyncTime { get; init; }

    /// <summary>Mean pause between faults, microseconds.</summary>
    public long FaultInterval { get; init; }

    public int CrashWeight { get; init; }

    public int PauseWeight { get; init; }

    public int PartitionWeight { get; init; }

    public int SlowDiskWeight { get; init; }

    public int SyncErrorWeight { get; init; }

    public int ReconfigureWeight { get; init; }

    public int DamageWeight { get; init; }

    public int WipeWeight { get; init; }

    public int FullDiskWeight { get; init; }

    public int ClockWeight { get; init; }

    /// <summary>Faults after which no more strike.</summary>
    public int MostFaults { get; init; } = int.MaxValue;

    /// <summary>The cluster is lost once and made again from a snapshot.</summary>
    public bool Restores { get; init; }

    /// <summary>Rare paths are forced.</summary>
    public bool Buggify { get; init; }

    /// <summary>Bytes of the engine above which a member raises the alarm; 0 for no quota.</summary>
    public long QuotaBytes { get; init; }

    public long ValueCacheBytes { get; init; } = 1 << 20;

    /// <summary>Leases that a leader ends within a second at most.</summary>
    public int RevokesPerSecond { get; init; } = 1_000;

    public int ReadRetryMilliseconds { get; init; } = 500;

    /// <summary>Longest time that a crashed member usually stays down, milliseconds.</summary>
    public int DownMilliseconds { get; init; } = 1_500;

    public bool Compactions { get; init; } = true;

    public int ElectionMilliseconds => ElectionTicks * HeartbeatMilliseconds;

    /// <summary>A generator of its own for each purpose, so that leaving out one kind of fault changes little else.
    /// </summary>
    public Random Random(int purpose)
    {
        ulong mixed = unchecked((((ulong)(uint)Seed << 20) + (ulong)purpose + 1) * 0x9E3779B97F4A7C15);
        mixed ^= mixed >> 29;
        mixed = unchecked(mixed * 0xBF58476D1CE4E5B9);
        mixed ^= mixed >> 32;
        return new Random((int)(mixed & int.MaxValue));
    }

    public ConsensusOptions Consensus(ulong memberId, ulong incarnation) => new()
    {
        MemberId = memberId,
        FirstReadRound = incarnation << 20,
        ReadRetryTicks = Math.Max(1, ReadRetryMilliseconds / HeartbeatMilliseconds),
        RequestTimeoutTicks = Math.Max(1, (5_000 + (2 * ElectionMilliseconds)) / HeartbeatMilliseconds),
        CatchUpEntries = CatchUpEntries,
        CompactionInterval = CompactionInterval,
        MaxLogBytes = MaxLogBytes,
        MaxLogBytesForLaggards = MaxLogBytesForLaggards,
        MaxEntriesForLaggards = MaxEntriesForLaggards,
        LaggardTicks = LaggardTicks,
        CanSendSnapshots = true,
    };
}
