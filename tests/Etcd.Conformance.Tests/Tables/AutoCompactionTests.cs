using Etcd.Conformance.Tests.Differential;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Compaction that nobody asks for.</summary>
public sealed class AutoCompactionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task C09_only_the_leader_compacts_by_itself_and_all_members_follow()
    {
        string[] arguments = ["--auto-compaction-mode=periodic", "--auto-compaction-retention=1s"];
        var reference = CheckAsync(Cluster.StartReferenceAsync(3, arguments));
        await CheckAsync(Cluster.StartOursAsync(3, arguments));
        await reference;
    }

    private static async Task CheckAsync(Task<Cluster> starting)
    {
        await using var cluster = await starting;
        var leader = await cluster.LeaderAsync(Limit);
        long old = (await leader.Kv.PutAsync(Put("C09", "old"))).Header.Revision;
        await leader.Kv.PutAsync(Put("C09", "new"));
        foreach (var member in cluster.Members)
        {
            await CompactedAsync(member, old);
        }

        var logs = cluster.Members.Select(member => File.ReadAllText(member.Process.LogFile))
            .Where(log => log.Contains("starting auto periodic compaction", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(logs);
        Assert.All(logs, log => Assert.Contains("became leader at term", log, StringComparison.Ordinal));
    }

    private static async Task CompactedAsync(Cluster.Member member, long revision)
    {
        using var limit = new CancellationTokenSource(Limit);
        var request = new RangeRequest { Key = Bytes("C09"), Revision = revision };
        while (true)
        {
            var outcome = await Answer.OfAsync(member, request);
            if (outcome.Text == "OutOfRange: etcdserver: mvcc: required revision has been compacted")
            {
                return;
            }

            Assert.False(
                limit.IsCancellationRequested,
                $"phase: automatic compaction; expected: revision {revision} compacted on {member.Name}; " +
                $"actual: {outcome.Text}");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
