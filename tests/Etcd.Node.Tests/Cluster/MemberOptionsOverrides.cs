using Etcd.StateMachine.Membership;

namespace Etcd.Node.Tests.Cluster;

/// <summary>What a test sets differently.</summary>
internal sealed record MemberOptionsOverrides
{
    public int HeartbeatMilliseconds { get; init; } = 20;

    public int ElectionMilliseconds { get; init; } = 200;

    public ulong SnapshotCount { get; init; } = 100_000;

    public ulong CatchUpEntries { get; init; } = 5_000;

    public bool StrictReconfigCheck { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ISnapshotTransfer? SnapshotTransfer { get; init; }

    public MemberNodeOptions Build(
        ClusterMember member,
        ulong clusterId,
        IReadOnlyList<ClusterMember> initial,
        bool joins,
        bool force = false) => new()
    {
        Name = $"m{member.Id:x}",
        MemberId = member.Id,
        ClusterId = clusterId,
        ClientUrls = [$"http://127.0.0.1/{member.Id:x}"],
        InitialMembers = initial,
        JoinExisting = joins,
        ForceNewCluster = force,
        HeartbeatMilliseconds = HeartbeatMilliseconds,
        ElectionMilliseconds = ElectionMilliseconds,
        SnapshotCount = SnapshotCount,
        SnapshotCatchUpEntries = CatchUpEntries,
        StrictReconfigCheck = StrictReconfigCheck,
        SnapshotTransfer = SnapshotTransfer,
        WatchShards = 2,
    };
}
