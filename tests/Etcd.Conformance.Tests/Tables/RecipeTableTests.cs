using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using V3Electionpb;
using V3Lockpb;
using static Etcd.Conformance.Tests.Tables.Requests;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Lock and Election, item by item.</summary>
public sealed class RecipeTableTests(Pair pair) : IClassFixture<Pair>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public Task E01_second_lock_waits_for_the_first() => SameAsync("E01", [0xA1, 0xA2], async side =>
    {
        var first = await side.Lock.LockAsync(Lock("E01", 0xA1));
        using var second = side.Lock.LockAsync(Lock("E01", 0xA2));
        await side.UntilAsync("E01/a2", exists: true);
        side.Tell(second.ResponseAsync.IsCompleted);
        await side.Lock.UnlockAsync(new UnlockRequest { Key = first.Key });
        side.Tell(first.Key, (await second.ResponseAsync.WaitAsync(Limit)).Key);
    });

    [Fact]
    public Task E02_owner_locks_again_at_once() => SameAsync("E02", [0xB1], async side =>
    {
        var first = await side.Lock.LockAsync(Lock("E02", 0xB1));
        var again = await side.Lock.LockAsync(Lock("E02", 0xB1));
        side.Tell(again.Key, again.Header.Revision - first.Header.Revision);
    });

    [Fact]
    public Task E03_lock_without_a_lease_gets_one_of_60_seconds() => SameAsync("E03", [], async side =>
    {
        var locked = await side.Lock.LockAsync(Lock("E03", 0));
        long lease = (await side.Member.Kv.RangeAsync(new RangeRequest { Key = locked.Key })).Kvs[0].Lease;
        var left = await side.Member.Lease.LeaseTimeToLiveAsync(TimeToLive(lease, keys: true));
        side.Tell(left.GrantedTTL, left.Keys.Single() == locked.Key, locked.Key.ToStringUtf8() == $"E03/{lease:x}");
        await side.Member.Lease.LeaseRevokeAsync(Revoke(lease));
        side.Tell((await side.Member.Kv.RangeAsync(new RangeRequest { Key = locked.Key })).Count);
    });

    [Fact]
    public Task E04_unknown_lease_is_refused() => SameAsync("E04", [], async side =>
    {
        await side.TellFailureAsync(() => side.Lock.LockAsync(Lock("E04", 0xDEAD)).ResponseAsync);
        await side.TellFailureAsync(() => side.Election.CampaignAsync(Campaign("E04", 0xDEAD, "v")).ResponseAsync);
    });

    [Fact]
    public Task E05_caller_whose_deadline_passes_leaves_the_queue() => SameAsync("E05", [0xE1, 0xE2], async side =>
    {
        await side.Lock.LockAsync(Lock("E05", 0xE1));
        using var late = side.Lock.LockAsync(Lock("E05", 0xE2), deadline: DateTime.UtcNow.AddSeconds(4));
        await side.UntilAsync("E05/e2", exists: true);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await late);
        side.Tell(failure.StatusCode);
        await side.UntilAsync("E05/e2", exists: false);
    });

    [Fact]
    public Task E06_unlock_of_a_missing_key_is_no_error_of_an_empty_one_is() => SameAsync("E06", [], async side =>
    {
        side.Tell((await side.Lock.UnlockAsync(new UnlockRequest { Key = Bytes("E06/none") })).Header is not null);
        await side.TellFailureAsync(() => side.Lock.UnlockAsync(new UnlockRequest()).ResponseAsync);
    });

    [Fact]
    public Task E07_second_candidate_wins_when_the_leaders_lease_ends() => SameAsync("E07", [0x71, 0x72], async side =>
    {
        var first = await side.Election.CampaignAsync(Campaign("E07", 0x71, "one"));
        using var second = side.Election.CampaignAsync(Campaign("E07", 0x72, "two"));
        await side.UntilAsync("E07/72", exists: true);
        side.Tell(second.ResponseAsync.IsCompleted);
        await side.Member.Lease.LeaseRevokeAsync(Revoke(0x71));
        var won = await second.ResponseAsync.WaitAsync(Limit);
        side.Tell(first.Leader.Key, won.Leader.Key, won.Leader.Name, won.Leader.Lease);
        side.Tell(won.Leader.Rev - first.Leader.Rev);
    });

    [Fact]
    public Task E08_election_without_a_leader_says_so() => SameAsync("E08", [], side =>
    {
        var request = new LeaderRequest { Name = Bytes("E08") };
        return side.TellFailureAsync(() => side.Election.LeaderAsync(request).ResponseAsync);
    });

    [Fact]
    public Task E09_only_the_leader_may_proclaim() => SameAsync("E09", [0x91], async side =>
    {
        var leader = (await side.Election.CampaignAsync(Campaign("E09", 0x91, "v"))).Leader;
        var stale = leader.Clone();
        stale.Rev--;
        var proclaim = new ProclaimRequest { Leader = stale, Value = Bytes("x") };
        await side.TellFailureAsync(() => side.Election.ProclaimAsync(proclaim).ResponseAsync);
        await side.TellFailureAsync(() => side.Election.ProclaimAsync(new ProclaimRequest()).ResponseAsync);
        await side.Election.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Bytes("new") });
        side.Tell((await side.Election.LeaderAsync(new LeaderRequest { Name = Bytes("E09") })).Kv.Value);
    });

    [Fact]
    public Task E10_next_wins_when_the_leader_resigns() => SameAsync("E10", [0x101, 0x102], async side =>
    {
        var leader = (await side.Election.CampaignAsync(Campaign("E10", 0x101, "one"))).Leader;
        using var second = side.Election.CampaignAsync(Campaign("E10", 0x102, "two"));
        await side.UntilAsync("E10/102", exists: true);
        var stale = leader.Clone();
        stale.Rev--;
        await side.Election.ResignAsync(new ResignRequest { Leader = stale });
        side.Tell(second.ResponseAsync.IsCompleted);
        await side.Election.ResignAsync(new ResignRequest { Leader = leader });
        side.Tell((await second.ResponseAsync.WaitAsync(Limit)).Leader.Key);
    });

    [Fact]
    public Task E11_observer_sees_the_leaders_values() => SameAsync("E11", [0x111, 0x112], async side =>
    {
        using var limit = new CancellationTokenSource(Limit);
        var leader = (await side.Election.CampaignAsync(Campaign("E11", 0x111, "a"))).Leader;
        using var observed = side.Election.Observe(
            new LeaderRequest { Name = Bytes("E11") }, cancellationToken: limit.Token);
        await TellNextAsync();
        await side.Election.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Bytes("b") });
        await TellNextAsync();
        await side.Election.ResignAsync(new ResignRequest { Leader = leader });
        await side.Election.CampaignAsync(Campaign("E11", 0x112, "c"));
        await TellNextAsync();

        async Task TellNextAsync()
        {
            Assert.True(await observed.ResponseStream.MoveNext(limit.Token));
            side.Tell(observed.ResponseStream.Current.Kv.Key, observed.ResponseStream.Current.Kv.Value);
        }
    });

    private static LockRequest Lock(string name, long lease) => new() { Name = Bytes(name), Lease = lease };

    private static CampaignRequest Campaign(string name, long lease, string value) =>
        new() { Name = Bytes(name), Lease = lease, Value = Bytes(value) };

    /// <summary>Runs the steps at both at the same time; what they tell is the same.</summary>
    private async Task SameAsync(string item, long[] leases, Func<Side, Task> steps)
    {
        string[] told = await Task.WhenAll(ToldAsync(pair.ReferenceMember), ToldAsync(pair.OurMember));
        Assert.True(told[0] == told[1], $"{item}\n--- etcd\n{told[0]}\n--- ours\n{told[1]}");

        async Task<string> ToldAsync(Member member)
        {
            foreach (long lease in leases)
            {
                await member.Lease.LeaseGrantAsync(Grant(lease, 3600));
            }

            var side = new Side(member);
            await steps(side);
            return side.Told;
        }
    }

    private sealed class Side(Member member)
    {
        private readonly List<string> _told = [];

        public Member Member => member;

        public V3Lockpb.Lock.LockClient Lock { get; } = new(member.Calls);

        public Election.ElectionClient Election { get; } = new(member.Calls);

        public string Told => string.Join('\n', _told);

        public void Tell(params object[] values) => _told.Add(string.Join(' ', values.Select(
            value => value is ByteString bytes ? bytes.ToStringUtf8() : value.ToString())));

        public async Task TellFailureAsync<T>(Func<Task<T>> call)
        {
            var failure = await Assert.ThrowsAsync<RpcException>(call);
            Tell(failure.StatusCode, failure.Status.Detail);
        }

        /// <summary>Waits until a key exists or is gone.</summary>
        public async Task UntilAsync(string key, bool exists)
        {
            using var limit = new CancellationTokenSource(Limit);
            using var watch = member.Watch.Watch(cancellationToken: limit.Token);
            await watch.RequestStream.WriteAsync(Watch(key), limit.Token);
            Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
            while ((await member.Kv.RangeAsync(Range(key))).Count > 0 != exists)
            {
                Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
            }
        }
    }
}
