namespace Etcd.Simulator.World;

/// <summary>Named kinds of worlds; within each, the seed decides the rest.</summary>
internal static class Scenarios
{
    /// <summary>Chosen by the seed among all others.</summary>
    public const string Any = "any";

    private static readonly Dictionary<string, Func<Settings, Random, Settings>> Makers = new(StringComparer.Ordinal)
    {
        ["calm"] = static (s, _) => s with
        {
            Loss = 0, Duplication = 0, CrashWeight = 0, PauseWeight = 0, PartitionWeight = 0, SlowDiskWeight = 0,
            SyncErrorWeight = 0, ReconfigureWeight = 0,
        },
        ["network"] = static (s, r) => s with
        {
            CrashWeight = 0, PauseWeight = 1, SyncErrorWeight = 0, PartitionWeight = 8, Loss = r.NextDouble() * 0.15,
        },
        ["crash"] = static (s, _) => s with { CrashWeight = 8, SyncErrorWeight = 2, PartitionWeight = 1 },
        ["pause"] = static (s, _) => s with { PauseWeight = 8, CrashWeight = 1, PartitionWeight = 1 },
        ["disk"] = static (s, _) => s with { SlowDiskWeight = 6, SyncErrorWeight = 4, CrashWeight = 3 },
        ["membership"] = static (s, _) => s with { ReconfigureWeight = 6, CrashWeight = 2, PartitionWeight = 2 },
        ["mixed"] = static (s, _) => s,
        ["elections"] = static (s, r) => s with
        {
            Members = 3 + (2 * r.Next(2)), PreVote = false, ElectionTicks = 5, DownMilliseconds = 30, CrashWeight = 20,
            PartitionWeight = 6, FaultInterval = 120 * Scheduler.Millisecond, Delay = r.Next(1_000, 60_000),
            ReconfigureWeight = 0,
        },
        ["corruption"] = static (s, r) => New(s, r) with
        {
            Members = 3 + (2 * r.Next(3)), DamageWeight = 6, CrashWeight = 4, PartitionWeight = 1,
        },
        ["replacement"] = static (s, r) => New(s, r) with
        {
            Members = 3 + (2 * r.Next(3)), WipeWeight = 6, CrashWeight = 2, PartitionWeight = 2,
        },
        ["space"] = static (s, r) => New(s, r) with
        {
            FullDiskWeight = 6, SyncErrorWeight = 3, QuotaBytes = r.Next(2) == 0 ? 0 : r.Next(1_500, 8_000),
        },
        ["clocks"] = static (s, r) => New(s, r) with
        {
            ClockWeight = 8, PauseWeight = 2, LeaseClients = 1 + r.Next(3), LeaseCheckpoints = r.Next(2) == 0,
        },
        ["restore"] = static (s, r) => New(s, r) with
        {
            Restores = true, LeaseClients = r.Next(3), Watchers = 2 + r.Next(3), ReconfigureWeight = 1,
        },
        ["everything"] = static (s, r) => New(s, r) with
        {
            DamageWeight = r.Next(3), WipeWeight = r.Next(3), FullDiskWeight = r.Next(3), ClockWeight = r.Next(3),
            QuotaBytes = r.Next(4) == 0 ? r.Next(1_500, 8_000) : 0, Restores = r.Next(4) == 0,
        },
        ["storm"] = static (s, r) => s with
        {
            FaultInterval = 150 * Scheduler.Millisecond, Loss = 0.05 + (r.NextDouble() * 0.15), Duplication = 0.1,
        },
    };

    private static readonly string[] InTurn =
    [
        "mixed", "network", "crash", "everything", "pause", "disk", "membership", "storm", "elections",
        "corruption", "everything", "space", "clocks", "replacement", "restore", "everything",
    ];

    public static IEnumerable<string> Names => Makers.Keys;

    public static bool Exists(string name) => name == Any || Makers.ContainsKey(name);

    /// <summary>The world of a seed.</summary>
    public static Settings Of(int seed, string scenario)
    {
        string name = scenario == Any ? InTurn[(int)((uint)seed % (uint)InTurn.Length)] : scenario;
        Settings empty = new() { Seed = seed, Scenario = name };
        Random random = empty.Random(0);
        int[] sizes = [3, 3, 3, 3, 5, 5, 1, 7];
        Settings drawn = empty with
        {
            Members = sizes[random.Next(sizes.Length)],
            Clients = random.Next(2, 6),
            Watchers = random.Next(1, 4),
            LeaseClients = random.Next(0, 3),
            Keys = random.Next(2, 12),
            FaultSeconds = random.Next(8, 25),
            ElectionTicks = random.Next(5, 15),
            PreVote = random.Next(4) != 0,
            SnapshotCount = (ulong)random.Next(5, 200),
            CatchUpEntries = (ulong)random.Next(1, 150),
            CompactionInterval = (ulong)random.Next(1, 60),
            MaxInflightMessages = random.Next(3) == 0 ? random.Next(1, 4) : random.Next(4, 200),
            MaxMessageBytes = (ulong)(random.Next(3) == 0 ? random.Next(1, 200) : random.Next(1_000, 500_000)),
            MaxApplyingBytes = (ulong)(random.Next(3) == 0 ? random.Next(1, 500) : 0),
            CompactionBatch = random.Next(1, 40),
            WatchCreditBytes = random.Next(2) == 0 ? random.Next(1, 2_000) : 1 << 20,
            WatchRecent = random.Next(2) == 0 ? random.Next(1, 20) : 4096,
            WatchCatchUp = random.Next(1, 60),
            LeaseCheckpoints = random.Next(2) == 0,
            Drift = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.1,
            Loss = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.05,
            Duplication = random.NextDouble() * 0.05,
            Delay = random.Next(100, 8_000),
            SyncTime = random.Next(100, 10_000),
            FaultInterval = random.Next(300, 2_500) * Scheduler.Millisecond,
            CrashWeight = random.Next(0, 5),
            PauseWeight = random.Next(0, 3),
            PartitionWeight = random.Next(0, 5),
            SlowDiskWeight = random.Next(0, 2),
            SyncErrorWeight = random.Next(0, 2),
            ReconfigureWeight = random.Next(0, 2),
            Compactions = random.Next(4) != 0,
            MaxLogBytes = LogBytes(empty.Random(7)),
        };
        Random laggards = empty.Random(8);
        drawn = drawn with
        {
            // Nobody is waited for in half of the worlds, or states would seldom be sent.
            LaggardTicks = laggards.Next(2) == 0 ? -1 : laggards.Next(0, 50),
            MaxEntriesForLaggards = (ulong)laggards.Next(0, 500),
            MaxLogBytesForLaggards = LogBytes(laggards),
        };
        return Makers[name](drawn, random);
    }

    private static ulong LogBytes(Random random) => random.Next(3) == 0 ? (ulong)random.Next(1, 5_000) : ulong.MaxValue;

    /// <summary>Forced rare paths, and further limits that are drawn.</summary>
    private static Settings New(Settings settings, Random random) => settings with
    {
        Buggify = true,
        HeartbeatMilliseconds = random.Next(3) == 0 ? random.Next(20, 200) : settings.HeartbeatMilliseconds,
        ValueCacheBytes = random.Next(3) == 0 ? random.Next(0, 500) : settings.ValueCacheBytes,
        RevokesPerSecond = random.Next(3) == 0 ? random.Next(4, 20) : settings.RevokesPerSecond,
        ReadRetryMilliseconds = random.Next(3) == 0 ? random.Next(1, 200) : settings.ReadRetryMilliseconds,
    };
}
