using static Etcd.Member.Config.Flags.FlagGroup;
using static Etcd.Member.Config.Flags.FlagKind;

namespace Etcd.Member.Config.Flags;

internal static partial class FlagCatalog
{
    private static IEnumerable<FlagDefinition> Member() =>
    [
        new("name", Text, "default", FlagGroup.Member, "Name of this member, as people read it."),
        new("data-dir", Text, "", FlagGroup.Member,
            "Directory that holds everything the member stores; ${name}.etcd unless given."),
        new("wal-dir", Text, "", FlagGroup.Member,
            "Separate directory for the log; inside the data directory unless given."),
        new("snapshot-count", UInt, "100000", FlagGroup.Member, "Applied entries after which the log is checkpointed."),
        .. Renamed("snapshot-catchup-entries", UInt, "5000", FlagGroup.Member,
            "Entries kept behind a checkpoint so that slow followers need no snapshot."),
        new("heartbeat-interval", UInt, "100", FlagGroup.Member, "Milliseconds between heartbeats of the leader."),
        new("election-timeout", UInt, "1000", FlagGroup.Member,
            "Milliseconds without a leader before an election starts."),
        new("initial-election-tick-advance", Bool, "true", FlagGroup.Member,
            "Shorten the first election timeout after start."),
        new("listen-peer-urls", Urls, "http://localhost:2380", FlagGroup.Member,
            "URLs on which other members are served."),
        new("listen-client-urls", Urls, "http://localhost:2379", FlagGroup.Member,
            "URLs on which clients are served: gRPC, and HTTP unless --listen-client-http-urls is given."),
        new("listen-client-http-urls", Urls, "", FlagGroup.Member,
            "URLs for HTTP clients only; takes HTTP away from --listen-client-urls."),
        new("max-snapshots", UInt, "5", FlagGroup.Member, "Snapshot files to keep; 0 keeps all.")
            { Effect = FlagEffect.None },
        new("max-wals", UInt, "5", FlagGroup.Member, "Log files to keep; 0 keeps all.") { Effect = FlagEffect.None },
        new("quota-backend-bytes", Int, "0", FlagGroup.Member,
            "Size at which the store raises the space alarm; 0 means 2 GiB, less than 0 no limit."),
        new("backend-bbolt-freelist-type", Text, "map", FlagGroup.Member,
            "Free list of the database file (array or map).") { Effect = FlagEffect.None },
        new("backend-batch-interval", Duration, "", FlagGroup.Member,
            "Longest time before the backend commits.") { Effect = FlagEffect.None },
        new("backend-batch-limit", Int, "0", FlagGroup.Member,
            "Most operations before the backend commits.") { Effect = FlagEffect.None },
        new("max-txn-ops", UInt, "128", FlagGroup.Member, "Most operations in one transaction."),
        new("max-request-bytes", UInt, "1572864", FlagGroup.Member, "Largest request in bytes."),
        new("max-concurrent-streams", FlagKind.UInt32, "4294967295", FlagGroup.Member,
            "Most streams that one client connection may hold open."),
        new("max-learners", Int, "1", FlagGroup.Member, "Most learners in the cluster; the same on every member."),
        new("enable-grpc-gateway", Bool, "true", FlagGroup.Member, "Serve the JSON gateway."),
        new("grpc-keepalive-min-time", Duration, "5s", FlagGroup.Member,
            "Shortest time between two pings of a client."),
        new("grpc-keepalive-interval", Duration, "2h", FlagGroup.Member,
            "Time between two pings of the server on an idle connection; 0 switches them off."),
        new("grpc-keepalive-timeout", Duration, "20s", FlagGroup.Member,
            "Time that a pinged client has for its answer; 0 switches the check off."),
        new("socket-reuse-port", Bool, "false", FlagGroup.Member, "Set SO_REUSEPORT on the listeners."),
        new("socket-reuse-address", Bool, "false", FlagGroup.Member, "Set SO_REUSEADDR on the listeners.")
            { Effect = FlagEffect.None },
        new("raft-read-timeout", Duration, "5s", FlagGroup.Member,
            "Silence after which a connection between members counts as broken; at least 5s."),
        new("raft-write-timeout", Duration, "5s", FlagGroup.Member,
            "Time that a write to another member may take; at least 5s."),
        .. Renamed("memory-mlock", Bool, "false", FlagGroup.Member,
            "Keep the member's memory from being swapped out.", FlagEffect.None),
        new("feature-gates", FlagKind.FeatureGates, "", FlagGroup.Member,
            "Comma list of Name=true or Name=false; may be repeated."),
    ];
}
