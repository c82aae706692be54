using static Etcd.Member.Config.Flags.FlagKind;

namespace Etcd.Member.Config.Flags;

internal static partial class FlagCatalog
{
    private static IEnumerable<FlagDefinition> Features() =>
    [
        new("experimental-initial-corrupt-check", Bool, "false", FlagGroup.Features,
            "Compare the data with the other members before serving."),
        .. Renamed("corrupt-check-time", Duration, "0s", FlagGroup.Features,
            "Time between comparisons of all members' data; 0 switches them off."),
        new("experimental-compact-hash-check-enabled", Bool, "false", FlagGroup.Features,
            "Compare the hashes of compactions between members."),
        .. Renamed("compact-hash-check-time", Duration, "1m0s", FlagGroup.Features,
            "Time between comparisons of compaction hashes."),
        new("experimental-enable-lease-checkpoint", Bool, "false", FlagGroup.Features,
            "Share the remaining time of leases, so that a new leader does not restart them."),
        new("experimental-enable-lease-checkpoint-persist", Bool, "false", FlagGroup.Features,
            "Store the remaining time of leases as well; needs --experimental-enable-lease-checkpoint."),
        .. Renamed("compaction-batch-limit", Int, "1000", FlagGroup.Features,
            "Most keys that one step of a compaction removes."),
        .. Renamed("compaction-sleep-interval", Duration, "10ms", FlagGroup.Features,
            "Pause between two steps of a compaction."),
        .. Renamed("watch-progress-notify-interval", Duration, "10m0s", FlagGroup.Features,
            "Time between progress notifications of idle watches."),
        .. Renamed("downgrade-check-time", Duration, "5s", FlagGroup.Features,
            "Time between two looks at a running downgrade.", FlagEffect.None),
        new("experimental-txn-mode-write-with-shared-buffer", Bool, "true", FlagGroup.Features,
            "Share the read buffer of write transactions.") { Effect = FlagEffect.None },
        .. Renamed("bootstrap-defrag-threshold-megabytes", UInt, "0", FlagGroup.Features,
            "Defragment at start when that frees at least this much.", FlagEffect.None),
        new("experimental-stop-grpc-service-on-defrag", Bool, "false", FlagGroup.Features,
            "Report not serving while defragmenting."),
    ];

    private static IEnumerable<FlagDefinition> Unsafe() =>
    [
        new("force-new-cluster", Bool, "false", FlagGroup.Unsafe,
            "Keep the data, drop every other member, and lead alone."),
        new("unsafe-no-fsync", Bool, "false", FlagGroup.Unsafe, "Never wait for the disk; a crash loses data.")
            { Effect = FlagEffect.None },
    ];
}
