using System.Globalization;
using System.Text;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using V3Electionpb;
using V3Lockpb;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>One client's fixed script of lock and election calls; what they answer is its transcript.</summary>
internal sealed class RecipeScript(GrpcChannel channel)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _transcript = new();
    private readonly KV.KVClient _kv = new(channel);
    private readonly Lease.LeaseClient _lease = new(channel);
    private readonly V3Lockpb.Lock.LockClient _lock = new(channel);
    private readonly Election.ElectionClient _election = new(channel);

    /// <summary>Runs it on an empty store.</summary>
    public async Task<string> RunAsync()
    {
        foreach (long id in new long[] { 0xA1, 0xB2, 0xC3 })
        {
            await _lease.LeaseGrantAsync(new LeaseGrantRequest { ID = id, TTL = 600 });
        }

        await LockAsync();
        await LockErrorsAsync();
        await ElectAsync();
        await ElectionErrorsAsync();
        await ObserveAsync();
        return _transcript.ToString();
    }

    private async Task LockAsync()
    {
        LockResponse first = await _lock.LockAsync(LockOf("n", 0xA1));
        Write("first", first.Header, first.Key.ToStringUtf8());
        LockResponse again = await _lock.LockAsync(LockOf("n", 0xA1));
        Write("again", again.Header, again.Key.ToStringUtf8());
        using var second = _lock.LockAsync(LockOf("n", 0xB2));
        await UntilAsync("n/b2", exists: true);
        using var late = _lock.LockAsync(LockOf("n", 0xC3), deadline: DateTime.UtcNow.AddSeconds(1));
        await UntilAsync("n/c3", exists: true);
        await WriteFailureAsync("deadline", async () => await late);
        await UntilAsync("n/c3", exists: false);
        Write("waits", null, second.ResponseAsync.IsCompleted.ToString());
        UnlockResponse unlocked = await _lock.UnlockAsync(new UnlockRequest { Key = first.Key });
        Write("unlock", unlocked.Header, "");
        LockResponse owned = await second.ResponseAsync.WaitAsync(Limit);
        Write("second", owned.Header, owned.Key.ToStringUtf8());
        using var third = _lock.LockAsync(LockOf("n", 0xC3));
        await UntilAsync("n/c3", exists: true);
        await _kv.DeleteRangeAsync(new DeleteRangeRequest { Key = Bytes("n/c3") });
        await _lock.UnlockAsync(new UnlockRequest { Key = owned.Key });
        await WriteFailureAsync("own key gone", async () => await third.ResponseAsync.WaitAsync(Limit));
        await WriteKeysAsync("n");
        LockResponse own = await _lock.LockAsync(LockOf("own", 0));
        RangeResponse key = await _kv.RangeAsync(new RangeRequest { Key = own.Key });
        LeaseTimeToLiveResponse left = await _lease.LeaseTimeToLiveAsync(
            new LeaseTimeToLiveRequest { ID = key.Kvs[0].Lease });
        bool isNamedByLease = own.Key.ToStringUtf8() == string.Create(
            CultureInfo.InvariantCulture, $"own/{key.Kvs[0].Lease:x}");
        Write("own lease", own.Header, $"{left.GrantedTTL} {isNamedByLease}");
    }

    private async Task LockErrorsAsync()
    {
        await WriteFailureAsync("lease unknown", async () => await _lock.LockAsync(LockOf("n", 0x99)));
        await WriteFailureAsync("lease negative", async () => await _lock.LockAsync(LockOf("n", -1)));
        await WriteFailureAsync("no key", async () => await _lock.UnlockAsync(new UnlockRequest()));
        UnlockResponse missing = await _lock.UnlockAsync(new UnlockRequest { Key = Bytes("nothing") });
        Write("missing key", missing.Header, "");
        LockResponse noName = await _lock.LockAsync(LockOf("", 0xA1));
        Write("no name", noName.Header, noName.Key.ToStringUtf8());
    }

    private async Task ElectAsync()
    {
        CampaignResponse first = await _election.CampaignAsync(CampaignOf(0xA1, "one"));
        Write("campaign", first.Header, first.Leader.ToString());
        CampaignResponse again = await _election.CampaignAsync(CampaignOf(0xA1, "uno"));
        Write("campaign again", again.Header, again.Leader.ToString());
        CampaignResponse same = await _election.CampaignAsync(CampaignOf(0xA1, "uno"));
        Write("campaign same", same.Header, same.Leader.ToString());
        await WriteLeaderAsync();
        using var second = _election.CampaignAsync(CampaignOf(0xB2, "two"));
        await UntilAsync("e/b2", exists: true);
        using var late = _election.CampaignAsync(CampaignOf(0xC3, "three"), deadline: DateTime.UtcNow.AddSeconds(1));
        await UntilAsync("e/c3", exists: true);
        await WriteFailureAsync("deadline", async () => await late);
        await UntilAsync("e/c3", exists: false);
        ProclaimResponse proclaimed = await _election.ProclaimAsync(
            new ProclaimRequest { Leader = first.Leader, Value = Bytes("eins") });
        Write("proclaim", proclaimed.Header, "");
        await WriteLeaderAsync();
        LeaderKey stale = first.Leader.Clone();
        stale.Rev--;
        await WriteFailureAsync(
            "proclaim stale",
            async () => await _election.ProclaimAsync(new ProclaimRequest { Leader = stale, Value = Bytes("x") }));
        ResignResponse ignored = await _election.ResignAsync(new ResignRequest { Leader = stale });
        Write("resign stale", ignored.Header, second.ResponseAsync.IsCompleted.ToString());
        ResignResponse resigned = await _election.ResignAsync(new ResignRequest { Leader = first.Leader });
        Write("resign", resigned.Header, "");
        CampaignResponse won = await second.ResponseAsync.WaitAsync(Limit);
        Write("second", won.Header, won.Leader.ToString());
        await WriteLeaderAsync();
        await _lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = 0xB2 });
        await WriteFailureAsync("no leader", WriteLeaderAsync);
        await WriteFailureAsync(
            "proclaim lost",
            async () => await _election.ProclaimAsync(new ProclaimRequest { Leader = won.Leader, Value = Bytes("x") }));
    }

    private async Task ElectionErrorsAsync()
    {
        await WriteFailureAsync(
            "campaign lease unknown", async () => await _election.CampaignAsync(CampaignOf(0x99, "v")));
        await WriteFailureAsync(
            "proclaim nobody", async () => await _election.ProclaimAsync(new ProclaimRequest()));
        await WriteFailureAsync("resign nobody", async () => await _election.ResignAsync(new ResignRequest()));
        LeaderKey empty = new() { Lease = 0xA1 };
        await WriteFailureAsync(
            "proclaim empty", async () => await _election.ProclaimAsync(new ProclaimRequest { Leader = empty }));
        await WriteFailureAsync(
            "resign empty", async () => await _election.ResignAsync(new ResignRequest { Leader = empty }));
    }

    private async Task ObserveAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var early = _election.Observe(new LeaderRequest { Name = Bytes("o") }, cancellationToken: limit.Token);
        LeaderKey leader = (await _election.CampaignAsync(CampaignOf(0xA1, "a", "o"))).Leader;
        await WriteNextAsync(early, limit.Token);
        using var observing = _election.Observe(
            new LeaderRequest { Name = Bytes("o") }, cancellationToken: limit.Token);
        await WriteNextAsync(observing, limit.Token);
        await _election.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Bytes("b") });
        await WriteNextAsync(observing, limit.Token);
        await _election.ResignAsync(new ResignRequest { Leader = leader });
        LeaderKey next = (await _election.CampaignAsync(CampaignOf(0xC3, "c", "o"))).Leader;
        await WriteNextAsync(observing, limit.Token);
        await _election.ProclaimAsync(new ProclaimRequest { Leader = next, Value = Bytes("d") });
        await WriteNextAsync(observing, limit.Token);
    }

    private async Task WriteNextAsync(AsyncServerStreamingCall<LeaderResponse> stream, CancellationToken end)
    {
        bool any = await stream.ResponseStream.MoveNext(end);
        LeaderResponse? next = any ? stream.ResponseStream.Current : null;
        Write("observed", next?.Header, next?.Kv.ToString() ?? "end");
    }

    private async Task WriteLeaderAsync()
    {
        LeaderResponse leader = await _election.LeaderAsync(new LeaderRequest { Name = Bytes("e") });
        Write("leader", leader.Header, leader.Kv.ToString());
    }

    private async Task WriteKeysAsync(string name)
    {
        RangeResponse range = await _kv.RangeAsync(
            new RangeRequest { Key = Bytes(name + "/"), RangeEnd = Bytes(name + "0") });
        Write("keys", range.Header, string.Join(' ', range.Kvs.Select(kv => kv.Key.ToStringUtf8())));
    }

    private async Task WriteFailureAsync(string step, Func<Task> call)
    {
        try
        {
            await call();
            Write(step, null, "no failure");
        }
        catch (RpcException failure)
        {
            // A client that gives up words that itself.
            string text = failure.StatusCode == StatusCode.DeadlineExceeded ? "" : failure.Status.Detail;
            Write(step, null, $"{failure.StatusCode}: {text}");
        }
    }

    private void Write(string step, ResponseHeader? header, string text) => _transcript.AppendLine(
        CultureInfo.InvariantCulture, $"{step} [{header?.Revision.ToString(CultureInfo.InvariantCulture)}] {text}");

    private async Task UntilAsync(string key, bool exists)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var watch = new Watch.WatchClient(channel).Watch(cancellationToken: limit.Token);
        await watch.RequestStream.WriteAsync(
            new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Bytes(key) } }, limit.Token);
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        while ((await _kv.RangeAsync(new RangeRequest { Key = Bytes(key) })).Kvs.Count > 0 != exists)
        {
            Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        }
    }

    private static LockRequest LockOf(string name, long leaseId) => new() { Name = Bytes(name), Lease = leaseId };

    private static CampaignRequest CampaignOf(long leaseId, string value, string name = "e") =>
        new() { Name = Bytes(name), Lease = leaseId, Value = Bytes(value) };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
