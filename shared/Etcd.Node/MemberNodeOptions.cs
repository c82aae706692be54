using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Membership;

namespace Etcd.Node;

/// <summary>What a member is and how its consensus is tuned. Immutable once the node has started.</summary>
public sealed class MemberNodeOptions
{
    /// <summary>This member's human-readable name, published to the cluster (<c>--name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>This member's id, decided by the caller from its peer URLs and the token (api.md §8), or taken
    /// from the running cluster it joins. On a restart the log's own id is used and must equal this one
    /// unless it is 0.</summary>
    public ulong MemberId { get; init; }

    /// <summary>The cluster's id. On a restart as <see cref="MemberId"/>.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>URLs that this member publishes to clients (<c>--advertise-client-urls</c>).</summary>
    public IReadOnlyList<string> ClientUrls { get; init; } = [];

    /// <summary>
    /// The members of the cluster when it is created, or as the running cluster reported them when this one
    /// joins. Ignored on a restart. Contains this member.
    /// </summary>
    public IReadOnlyList<ClusterMember> InitialMembers { get; init; } = [];

    /// <summary>True to join a running cluster: nothing is written but the metadata, everything else comes
    /// from the leader.</summary>
    public bool JoinExisting { get; init; }

    /// <summary>One tick, and the pause between heartbeats, milliseconds (<c>--heartbeat-interval</c>).</summary>
    public int HeartbeatMilliseconds { get; init; } = 100;

    /// <summary>Least silence of a leader before an election, milliseconds (<c>--election-timeout</c>).</summary>
    public int ElectionMilliseconds { get; init; } = 1000;

    /// <summary>True to skip most of the first election timeout at start
    /// (<c>--initial-election-tick-advance</c>).</summary>
    public bool InitialElectionTickAdvance { get; init; } = true;

    /// <summary>True to ask for votes before raising the term (<c>--pre-vote</c>).</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>Applied entries between two checkpoints (<c>--snapshot-count</c>), from 1.</summary>
    public ulong SnapshotCount { get; init; } = 100_000;

    /// <summary>Entries that stay in memory behind a checkpoint for slow followers
    /// (<c>--experimental-snapshot-catchup-entries</c>).</summary>
    public ulong SnapshotCatchUpEntries { get; init; } = 5_000;

    /// <summary>Log bytes written since the last checkpoint that start the next one, so that a restart never
    /// replays more than this.</summary>
    public long CheckpointLogBytes { get; init; } = 256L << 20;

    /// <summary>Largest encoded request, bytes (<c>--max-request-bytes</c>).</summary>
    public int MaxRequestBytes { get; init; } = 1_572_864;

    /// <summary>Threads that deliver watch events, 1 to 64.</summary>
    public int WatchShards { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Keys that one step of a physical compaction visits
    /// (<c>--experimental-compaction-batch-limit</c>).</summary>
    public int CompactionBatchLimit { get; init; } = 1_000;

    /// <summary>Pause between two steps of a physical compaction, milliseconds
    /// (<c>--experimental-compaction-sleep-interval</c>).</summary>
    public int CompactionSleepMilliseconds { get; init; } = 10;

    /// <summary>A request that takes longer to apply is logged (<c>--experimental-warning-apply-duration</c>).
    /// </summary>
    public TimeSpan WarningApplyDuration { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>True to reject member changes that would lose the quorum (<c>--strict-reconfig-check</c>).</summary>
    public bool StrictReconfigCheck { get; init; } = true;

    /// <summary>True to drop every other member and become the only voter at start
    /// (<c>--force-new-cluster</c>); only together with existing data.</summary>
    public bool ForceNewCluster { get; init; }

    /// <summary>The version that this member answers with (<c>etcdserver</c> in <c>/version</c>).</summary>
    public string ServerVersion { get; init; } = "3.5.30";

    /// <summary>
    /// Asks another member for its server version, for the leader's decision on the cluster version
    /// (etcd <c>cluster_util.go getVersions</c>); null result when it cannot be reached. Null: every member
    /// counts as being of <see cref="ServerVersion"/>.
    /// </summary>
    public Func<ulong, CancellationToken, ValueTask<string?>>? PeerVersion { get; init; }

    /// <summary>Seed of the election timer's jitter; 0 takes one from the member id and the clock.</summary>
    public ulong RandomSeed { get; init; }

    /// <summary>Raft snapshots to and from other members; null when the host has no way to move them.</summary>
    public ISnapshotTransfer? SnapshotTransfer { get; init; }

    /// <summary>Quota, cache and lease limits of the state machine.</summary>
    public StateMachineOptions StateMachine { get; init; } = new();

    /// <summary>Timing of leases on the leader; checkpoints are off unless switched on here.</summary>
    public LessorOptions Lessor { get; init; } = new();

    /// <summary>Time between the progress notifications of idle watches, milliseconds
    /// (<c>--experimental-watch-progress-notify-interval</c>), from 100.</summary>
    public long WatchProgressMilliseconds { get; init; } = 10 * 60 * 1000;

    /// <summary>Bytes of events that clients which do not take them can make all watch shards together hold.</summary>
    public long WatchInFlightBytes { get; init; } = 128L << 20;

    /// <summary>Payload bytes that the in-memory log may hold; twice as much while followers need it.</summary>
    public long LogMemoryBytes { get; init; } = 256L << 20;

    /// <summary>Longest a proposal or a linearizable read waits: 5 s + 2 × election timeout
    /// (etcd <c>ServerConfig.ReqTimeout</c>).</summary>
    public TimeSpan RequestTimeout => TimeSpan.FromMilliseconds(5_000 + (2 * ElectionMilliseconds));
}
