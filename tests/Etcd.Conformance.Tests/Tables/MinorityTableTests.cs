using System.Diagnostics;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>What a member answers that knows no leader.</summary>
public sealed class MinorityTableTests(ClusterPair pair) : IClassFixture<ClusterPair>
{
    private const string NoLeader = "etcdserver: no leader";
    private static readonly Grpc.Core.Metadata HasLeader = new() { { "hasleader", "true" } };

    [Fact]
    public Task T07_T08_R20_X01_X19_L17_member_without_a_leader() => pair.BothAsync(async cluster =>
    {
        var alone = cluster.Members[0];
        await ClusterPair.CallAsync(() => alone.Lease.LeaseGrantAsync(Grant(17, 3600), deadline: Deadline()));
        await ClusterPair.CallAsync(() => alone.Kv.PutAsync(Put("R20", "v", lease: 17), deadline: Deadline()));
        using var insisting = alone.Watch.Watch(HasLeader, Deadline());
        using var patient = alone.Watch.Watch(deadline: Deadline());
        foreach (var watch in (AsyncDuplexStreamingCall<WatchRequest, WatchResponse>[])[insisting, patient])
        {
            await watch.RequestStream.WriteAsync(Watch("T08"));
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        }

        foreach (var other in cluster.Members.Skip(1))
        {
            await other.Process.PauseAsync();
        }

        await UntilNoLeaderAsync(alone);
        await UnaryCallsAsync(alone);
        await RefusedAsync(StatusCode.Unavailable, NoLeader, () => insisting.ResponseStream.MoveNext());
        await Task.WhenAll(LinearizableAsync(alone), LeasesAsync(alone));

        foreach (var other in cluster.Members.Skip(1))
        {
            other.Process.Resume();
        }

        // The stream that did not insist on a leader has stayed.
        var next = patient.ResponseStream.MoveNext(CancellationToken.None);
        await cluster.LeaderAsync(ClusterPair.Limit);
        await ClusterPair.CallAsync(() => alone.Kv.PutAsync(Put("T08", "v"), deadline: Deadline()));
        Assert.True(await next);
        Assert.Equal("T08", patient.ResponseStream.Current.Events[0].Kv.Key.ToStringUtf8());
    });

    private static async Task UnaryCallsAsync(Cluster.Member alone)
    {
        foreach (var request in (IMessage[])[Put("T07", "v"), Range("T07"), new TxnRequest()])
        {
            Assert.Equal(
                $"Unavailable: {NoLeader}",
                await RawCalls.OfAsync(alone, "etcdserverpb.KV", Name(request), request.ToByteArray(), HasLeader));
        }

        var local = Range("R20");
        local.Serializable = true;
        Assert.Equal(1, (await alone.Kv.RangeAsync(local, deadline: Deadline())).Count);
        Assert.True((await alone.Kv.TxnAsync(new TxnRequest(), deadline: Deadline())).Succeeded);
        var txn = await alone.Kv.TxnAsync(Txn(Op(local)), deadline: Deadline());
        Assert.Equal(1, txn.Responses[0].ResponseRange.Count);

        static string Name(IMessage request) =>
            request.Descriptor.Name.Replace("Request", "", StringComparison.Ordinal);
    }

    private static Task LinearizableAsync(Cluster.Member alone) => RefusedAsync(
        StatusCode.Unavailable, "etcdserver: request timed out",
        () => alone.Kv.RangeAsync(Range("R20"), deadline: Deadline()).ResponseAsync);

    private static async Task LeasesAsync(Cluster.Member alone)
    {
        using var call = alone.Lease.LeaseKeepAlive(deadline: Deadline());
        await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = 17 });
        await Task.WhenAll(
            RefusedAsync(
                StatusCode.Unavailable, NoLeader,
                () => alone.Lease.LeaseTimeToLiveAsync(TimeToLive(17), deadline: Deadline()).ResponseAsync),
            RefusedAsync(StatusCode.Unavailable, NoLeader, () => call.ResponseStream.MoveNext(CancellationToken.None)));
    }

    private static async Task RefusedAsync<T>(StatusCode code, string text, Func<Task<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, text), (failure.StatusCode, failure.Status.Detail));
    }

    private static async Task UntilNoLeaderAsync(Cluster.Member member)
    {
        var waited = Stopwatch.StartNew();
        while ((await member.Maintenance.StatusAsync(new StatusRequest(), deadline: Deadline())).Leader != 0)
        {
            if (waited.Elapsed > ClusterPair.Limit)
            {
                throw new TimeoutException($"phase: loss of the leader; expected: none within {ClusterPair.Limit}");
            }

            await Task.Delay(20);
        }
    }

    private static DateTime Deadline() => DateTime.UtcNow + ClusterPair.Limit;
}
