namespace Etcd.Member.Config;

/// <summary>Switchable features. Immutable.</summary>
internal sealed record FeatureConfig
{
    /// <summary>Compare the data with the other members before serving.</summary>
    public required bool InitialCorruptCheck { get; init; }

    /// <summary>Time between comparisons of all members; zero for never.</summary>
    public required TimeSpan CorruptCheckTime { get; init; }

    /// <summary>Compare hashes of compactions.</summary>
    public required bool CompactHashCheck { get; init; }

    /// <summary>Time between comparisons of compaction hashes.</summary>
    public required TimeSpan CompactHashCheckTime { get; init; }

    /// <summary>Share the remaining time of leases.</summary>
    public required bool LeaseCheckpoint { get; init; }

    /// <summary>Store the remaining time of leases.</summary>
    public required bool LeaseCheckpointPersist { get; init; }

    /// <summary>Most keys that a compaction step removes.</summary>
    public required int CompactionBatchLimit { get; init; }

    /// <summary>Pause between compaction steps.</summary>
    public required TimeSpan CompactionSleepInterval { get; init; }

    /// <summary>Time between progress notifications of idle watches.</summary>
    public required TimeSpan WatchProgressNotifyInterval { get; init; }

    /// <summary>Report not serving while defragmenting.</summary>
    public required bool StopGrpcServiceOnDefrag { get; init; }
}
