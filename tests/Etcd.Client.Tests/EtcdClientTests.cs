using Etcd.Client.Leases;
using Etcd.Client.Watching;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Client.Tests;

public sealed class EtcdClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Watch_across_a_restart_delivers_each_event_once_in_order()
    {
        await using RealEtcd etcd = new();
        await etcd.StartAsync();
        await using EtcdClient client = etcd.NewClient(Limit);
        using CancellationTokenSource limit = new(Limit);
        TaskCompletionSource created = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WatchOptions options = new() { Created = _ => created.TrySetResult(), RequireLeader = false };
        List<string> seen = [];
        Task watch = CollectAsync(client.WatchAsync(WatchOf("k"), options, limit.Token), seen, count: 4);
        await created.Task.WaitAsync(Limit);

        await PutAsync(client, "k", "1");
        await PutAsync(client, "k", "2");
        await etcd.KillAsync();
        await etcd.StartAsync();
        await PutAsync(client, "k", "3");
        await PutAsync(client, "k", "4");
        await watch.WaitAsync(Limit);

        Assert.Equal(["1", "2", "3", "4"], seen);
    }

    [Fact]
    public async Task Watch_from_a_compacted_revision_reports_the_first_one_left()
    {
        await using RealEtcd etcd = new();
        await etcd.StartAsync();
        await using EtcdClient client = etcd.NewClient(Limit);
        for (int i = 0; i < 5; i++)
        {
            await PutAsync(client, "k", "v");
        }

        await client.KV.CompactAsync(new CompactionRequest { Revision = 5 });
        WatchCreateRequest request = WatchOf("k");
        request.StartRevision = 2;
        EtcdException exception = await Assert.ThrowsAsync<EtcdException>(
            () => CollectAsync(client.WatchAsync(request, CancellationToken.None), [], count: 1).WaitAsync(Limit));

        Assert.Equal(EtcdErrors.Compacted, exception.Error);
        Assert.Equal(5, exception.CompactRevision);
    }

    [Fact]
    public async Task Call_goes_to_a_live_endpoint_when_others_refuse_connections()
    {
        await using RealEtcd etcd = new();
        await etcd.StartAsync();
        await using EtcdClient client = new(new EtcdClientOptions
        {
            Endpoints = [new Uri("http://127.0.0.1:1"), etcd.Endpoint, new Uri("http://127.0.0.1:2")],
        });

        for (int i = 0; i < 6; i++)
        {
            await PutAsync(client, "k", "v");
        }

        RangeResponse response = await client.KV.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("k") });
        Assert.Equal(6, response.Kvs.Single().Version);
    }

    [Fact]
    public async Task Lease_keeper_notices_a_revoked_lease()
    {
        await using RealEtcd etcd = new();
        await etcd.StartAsync();
        await using EtcdClient client = etcd.NewClient(Limit);
        await using LeaseKeeper keeper = await client.GrantLeaseAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = keeper.Lost.Register(() => lost.TrySetResult());

        await client.Lease.LeaseRevokeAsync(new LeaseRevokeRequest { ID = keeper.LeaseId });
        await lost.Task.WaitAsync(Limit);

        Assert.True(keeper.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Call_without_any_server_ends_at_its_deadline()
    {
        await using EtcdClient client = new(new EtcdClientOptions
        {
            Endpoints = [new Uri("http://127.0.0.1:1")],
            RequestTimeout = TimeSpan.FromSeconds(1),
            MaxAttempts = int.MaxValue,
        });

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            () => PutAsync(client, "k", "v").WaitAsync(Limit));

        Assert.Contains(exception.StatusCode, new[] { StatusCode.Unavailable, StatusCode.DeadlineExceeded });
    }

    [Fact]
    public async Task Call_without_any_server_gives_up_after_the_allowed_attempts()
    {
        await using EtcdClient client = new(new EtcdClientOptions
        {
            Endpoints = [new Uri("http://127.0.0.1:1"), new Uri("http://127.0.0.1:2")],
            MaxAttempts = 4,
        });

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            () => PutAsync(client, "k", "v").WaitAsync(Limit));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    private static async Task CollectAsync(IAsyncEnumerable<WatchResponse> watch, List<string> values, int count)
    {
        await foreach (WatchResponse response in watch)
        {
            values.AddRange(response.Events.Select(e => e.Kv.Value.ToStringUtf8()));
            if (values.Count >= count)
            {
                return;
            }
        }
    }

    private static WatchCreateRequest WatchOf(string key) => new() { Key = ByteString.CopyFromUtf8(key) };

    private static async Task PutAsync(EtcdClient client, string key, string value) => await client.KV.PutAsync(
        new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });
}
