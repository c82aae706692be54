using Etcd.StateMachine.Membership;

namespace Etcd.Node.Tests.Cluster;

/// <summary>Members of one process on one network, with short ticks.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<TestMember> _members = [];

    private TestCluster()
    {
    }

    public MemoryNetwork Network { get; } = new();

    public IReadOnlyList<TestMember> Members => _members;

    public TestMember this[int index] => _members[index];

    public IEnumerable<TestMember> Running => _members.Where(member => member.IsRunning);

    public static async Task<TestCluster> StartAsync(
        int count, Func<MemberOptionsOverrides, MemberOptionsOverrides>? change = null) =>
        await StartAsync(new TestCluster(), count, change?.Invoke(new MemberOptionsOverrides()) ?? new());

    /// <summary>Starts members that send each other whole states.</summary>
    public static async Task<(TestCluster Cluster, MemorySnapshotTransfer Transfer)> StartWithSnapshotsAsync(
        int count, ulong catchUpEntries)
    {
        TestCluster cluster = new();
        MemorySnapshotTransfer transfer = new(cluster.Network);
        MemberOptionsOverrides overrides = new() { SnapshotTransfer = transfer, CatchUpEntries = catchUpEntries };
        return (await StartAsync(cluster, count, overrides), transfer);
    }

    private static async Task<TestCluster> StartAsync(
        TestCluster cluster, int count, MemberOptionsOverrides overrides)
    {
        ClusterMember[] initial = [.. Enumerable.Range(1, count).Select(Member)];
        ulong clusterId = ClusterIds.ClusterId([.. initial.Select(member => member.Id)]);
        foreach (ClusterMember member in initial)
        {
            cluster._members.Add(new TestMember(
                member.Id,
                cluster.Network,
                force => overrides.Build(member, clusterId, initial, joins: false, force),
                overrides.Time));
        }

        await Task.WhenAll(cluster._members.Select(member => member.StartAsync()));
        return cluster;
    }

    public static ClusterMember Member(int number) => new(
        (ulong)number * 0x1111, $"m{number}", [$"http://127.0.0.1:{1000 + number}"], [], isLearner: false);

    /// <summary>Adds a member object that joins with the given id; the caller starts it.</summary>
    public TestMember Join(ClusterMember member, MemberOptionsOverrides overrides)
    {
        ClusterMember[] known = [.. this[0].Node.Membership.Members];
        TestMember joined = new(
            member.Id, Network, force => overrides.Build(member, this[0].Node.ClusterId, known, joins: true, force));
        _members.Add(joined);
        return joined;
    }

    /// <summary>Waits until all running members agree on a running leader, and returns it.</summary>
    public async Task<TestMember> LeaderAsync()
    {
        while (true)
        {
            foreach (TestMember member in Running)
            {
                await member.WaitAsync(
                    "wait for a leader",
                    node => Running.Any(other => other.Id == node.LeaderId && other.Node.IsLeader));
            }

            // It may have stood down after the last look.
            if (Running.FirstOrDefault(member => member.Node.IsLeader) is { } leader)
            {
                return leader;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestMember member in _members)
        {
            await member.DisposeAsync();
        }
    }
}
