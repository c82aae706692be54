using System.Diagnostics;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Lease, item by item.</summary>
public sealed class LeaseTableTests(Pair pair) : IClassFixture<Pair>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private Member[] Both => [pair.ReferenceMember, pair.OurMember];

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 2)]
    [InlineData(-5, 2)]
    [InlineData(3, 3)]
    public async Task L01_short_lives_are_raised_and_leave_the_revision(long ttl, long granted)
    {
        long before = pair.Revision;
        var response = await pair.SameAsync<LeaseGrantResponse>(Grant(100 + ttl, ttl));
        Assert.Equal((100 + ttl, granted, before), (response.ID, response.TTL, pair.Revision));
        await pair.SameAsync<LeaseRevokeResponse>(Revoke(100 + ttl));
    }

    [Fact]
    public async Task L01_server_picks_a_positive_id()
    {
        foreach (var member in Both)
        {
            var response = await member.Lease.LeaseGrantAsync(Grant(0, 3600));
            Assert.InRange(response.ID, 1, long.MaxValue);
            Assert.Equal("", response.Error);
        }
    }

    [Fact]
    public async Task L02_least_life_follows_the_election_timeout()
    {
        await using var slow = await Pair.StartAsync("--election-timeout=5000");
        Assert.Equal(8, (await slow.SameAsync<LeaseGrantResponse>(Grant(1, 1))).TTL);
        Assert.Equal(9, (await slow.SameAsync<LeaseGrantResponse>(Grant(2, 9))).TTL);
    }

    [Fact]
    public async Task L03_too_long_a_life_is_refused()
    {
        await pair.SameAsync<LeaseGrantResponse>(Grant(300, 9_000_000_000));
        await pair.RefusedAsync(
            Grant(301, 9_000_000_001), StatusCode.OutOfRange, "etcdserver: too large lease TTL");
    }

    [Fact]
    public async Task L04_given_id_is_kept_and_refused_twice()
    {
        foreach (long id in (long[])[400, -400, long.MaxValue, long.MinValue])
        {
            Assert.Equal(id, (await pair.SameAsync<LeaseGrantResponse>(Grant(id, 3600))).ID);
            await pair.RefusedAsync(
                Grant(id, 60), StatusCode.FailedPrecondition, "etcdserver: lease already exists");
        }
    }

    [Fact]
    public async Task L05_revoke_of_an_unknown_lease_is_refused()
    {
        foreach (long id in (long[])[500, 0, -500])
        {
            await pair.RefusedAsync(Revoke(id), StatusCode.NotFound, "etcdserver: requested lease not found");
        }
    }

    [Fact]
    public async Task L06_revoke_deletes_all_keys_in_one_revision()
    {
        await pair.SameAsync(Grant(600, 3600));
        long before = pair.Revision;
        await pair.SameAsync<LeaseRevokeResponse>(Revoke(600));
        Assert.Equal(before, pair.Revision);

        await pair.SameAsync(Grant(600, 3600));
        foreach (string name in (string[])["c", "a", "b"])
        {
            await pair.PutAsync($"L06/{name}", "v", lease: 600);
        }

        before = pair.Revision;
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("L06/", "L060"));
        await pair.SameAsync<LeaseRevokeResponse>(Revoke(600));
        Assert.Equal(before + 1, pair.Revision);
        Assert.Equal(
            ["L06/a", "L06/b", "L06/c"],
            (await watch.NextAsync()).Events.Select(change => change.Kv.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task L07_time_of_an_unknown_lease_is_minus_1()
    {
        var response = await pair.SameAsync<LeaseTimeToLiveResponse>(TimeToLive(700, keys: true));
        Assert.Equal((700, -1, 0, 0), (response.ID, response.TTL, response.GrantedTTL, response.Keys.Count));
    }

    [Fact]
    public async Task L08_time_runs_down_and_attached_keys_are_listed()
    {
        await pair.SameAsync(Grant(800, 3600));
        await pair.PutAsync("L08/a", "v", lease: 800);
        await pair.PutAsync("L08/b", "v", lease: 800);
        var response = await pair.SameAsync<LeaseTimeToLiveResponse>(TimeToLive(800, keys: true));
        Assert.Equal((3600, 2), (response.GrantedTTL, response.Keys.Count));
        Assert.Empty((await pair.SameAsync<LeaseTimeToLiveResponse>(TimeToLive(800))).Keys);
        foreach (var member in Both)
        {
            var started = Stopwatch.StartNew();
            var left = await UntilAsync(
                async () => (await member.Lease.LeaseTimeToLiveAsync(TimeToLive(800))).TTL, ttl => ttl <= 3598);
            Assert.InRange(left, 3600 - Limit.TotalSeconds - started.Elapsed.TotalSeconds, 3598);
        }
    }

    [Fact]
    public async Task L09_keep_alive_gives_the_full_time_and_an_unknown_lease_ends_no_stream()
    {
        await pair.SameAsync(Grant(900, 3600));
        Assert.Equal(3600, (await pair.SameAsync<LeaseKeepAliveResponse>(KeepAlive(900))).TTL);
        Assert.Equal(0, (await pair.SameAsync<LeaseKeepAliveResponse>(KeepAlive(901))).TTL);
        foreach (var member in Both)
        {
            using var call = member.Lease.LeaseKeepAlive(deadline: DateTime.UtcNow + Limit);
            foreach (var (id, ttl) in (List<(long, long)>)[(901, 0), (900, 3600), (901, 0), (900, 3600)])
            {
                await call.RequestStream.WriteAsync(KeepAlive(id));
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
                Assert.Equal((id, ttl), (call.ResponseStream.Current.ID, call.ResponseStream.Current.TTL));
            }
        }
    }

    [Fact]
    public async Task L10_half_close_ends_keep_alive_without_an_error()
    {
        foreach (var member in Both)
        {
            using var call = member.Lease.LeaseKeepAlive(deadline: DateTime.UtcNow + Limit);
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        }
    }

    [Fact]
    public async Task L11_lease_ends_not_before_its_time_and_takes_its_keys()
    {
        long start = pair.Revision + 1;
        var lived = Stopwatch.StartNew();
        await pair.SameAsync<LeaseGrantResponse>(Grant(1100, 5));
        await pair.PutAsync("L11", "v", lease: 1100);
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("L11", from: start));
        var events = await watch.EventsAsync(2);
        Assert.InRange(lived.Elapsed, TimeSpan.FromSeconds(5), Limit);
        Assert.Equal(Mvccpb.Event.Types.EventType.Delete, events[1].Type);
        Assert.Equal(0, (await pair.GetAsync("L11")).Count);
        await pair.RefusedAsync(Revoke(1100), StatusCode.NotFound, "etcdserver: requested lease not found");
    }

    [Fact]
    public async Task L15_leases_are_listed_by_the_end_of_their_time()
    {
        foreach (var (id, ttl) in (List<(long, long)>)[(1501, 5000), (1502, 3000), (1503, 9000), (1504, 4000)])
        {
            await pair.SameAsync(Grant(id, ttl));
        }

        foreach (var member in Both)
        {
            var listed = (await member.Lease.LeaseLeasesAsync(new LeaseLeasesRequest())).Leases;
            Assert.Equal(
                [1502, 1504, 1501, 1503], listed.Select(lease => lease.ID).Where(id => id is > 1500 and < 1505));
        }
    }

    [Fact]
    public async Task L16_leases_and_their_keys_outlive_a_restart()
    {
        await using var restarted = await Pair.StartAsync();
        await restarted.SameAsync(Grant(16, 3600));
        await restarted.SameAsync(Grant(17, 7200));
        await restarted.PutAsync("L16/a", "v", lease: 16);
        await restarted.PutAsync("L16/b", "v", lease: 16);
        await restarted.PutAsync("L16/b", "v");
        await restarted.ReferenceMember.Process.KillAsync();
        await restarted.OurMember.Process.KillAsync();
        await Task.WhenAll(restarted.Reference.StartAllAsync(), restarted.Ours.StartAllAsync());
        var kept = await restarted.SameAsync<LeaseTimeToLiveResponse>(TimeToLive(16, keys: true));
        Assert.Equal((3600, 1), (kept.GrantedTTL, kept.Keys.Count));
        Assert.Equal(2, (await restarted.SameAsync<LeaseLeasesResponse>(new LeaseLeasesRequest())).Leases.Count);
        await restarted.SameAsync<LeaseRevokeResponse>(Revoke(16));
        Assert.Equal(1, (await restarted.GetAsync("L16/", "L160")).Count);
    }

    private static LeaseKeepAliveRequest KeepAlive(long id) => new() { ID = id };

    private static async Task<long> UntilAsync(Func<Task<long>> ask, Func<long, bool> holds)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            long answer = await ask();
            if (holds(answer))
            {
                return answer;
            }

            if (waited.Elapsed > Limit)
            {
                throw new TimeoutException($"phase: waiting for a lease's time; actual: {answer} after {Limit}");
            }

            await Task.Delay(50);
        }
    }
}
