using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Node.Tests.Cluster;

/// <summary>One member on fakes that survive its crashes.</summary>
internal sealed class TestMember(
    ulong id, MemoryNetwork network, Func<bool, MemberNodeOptions> options, TimeProvider? time = null) : IAsyncDisposable
{
    public ulong Id { get; } = id;

    public InMemoryEngine Engine { get; private set; } = new();

    public InMemoryRaftLogStore Log { get; private set; } = new();

    public MemberNode Node { get; private set; } = null!; // Set by Start, before which no test uses it.

    public bool IsRunning { get; private set; }

    public async Task StartAsync(bool forceNewCluster = false)
    {
        Node = await MemberNode.StartAsync(
            options(forceNewCluster),
            Log,
            Engine,
            network.TransportOf(Id),
            time ?? TimeProvider.System,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        IsRunning = true;
    }

    /// <summary>Ends the member as a power failure does: what was not durable is gone.</summary>
    /// <param name="survivingBatches">Engine batches since the last flush that reached the disk all the same.</param>
    public async Task CrashAsync(Func<int, int>? survivingBatches = null)
    {
        // The disks are copied while the member runs; what it does afterwards, nobody sees.
        network.Isolate(Id);
        InMemoryEngine engine = Engine;
        InMemoryRaftLogStore log = Log;
        int unflushed = engine.UnflushedBatches;
        Engine = engine.Crash(survivingBatches?.Invoke(unflushed) ?? 0);

        // The engine first: a copy of the log made later holds at least what the engine applied.
        Log = log.Crash();
        network.Remove(Id);
        IsRunning = false;
        await Node.DisposeAsync();
        network.Rejoin(Id);
    }

    /// <summary>The member's engine was replaced by a received state.</summary>
    public void UseEngine(InMemoryEngine engine) => Engine = engine;

    public async Task StopAsync()
    {
        IsRunning = false;
        await Node.DisposeAsync();
        network.Remove(Id);
    }

    public async Task<ApplyResult> PutAsync(string key, string value, long leaseId = 0) =>
        await Node.ProposeAsync(
            new InternalRaftRequest
            {
                Put = new PutRequest
                {
                    Key = ByteString.CopyFromUtf8(key),
                    Value = ByteString.CopyFromUtf8(value),
                    Lease = leaseId,
                },
            },
            CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

    public string? Get(string key)
    {
        (RangeResponse? response, EtcdError? error) =
            Node.View.Range(new RangeRequest { Key = ByteString.CopyFromUtf8(key) });
        Assert.Null(error);
        return response!.Kvs.Count == 0 ? null : response.Kvs[0].Value.ToStringUtf8();
    }

    /// <summary>A linearizable read, repeated as clients do when the leader changed meanwhile.</summary>
    public async Task<string?> ReadAsync(string key)
    {
        EtcdError? error;
        int attempts = 0;
        do
        {
            error = await Node.LinearizableReadAsync()
                .WaitAsync(TimeSpan.FromSeconds(30));
            attempts++;
        }
        while (error == EtcdErrors.LeaderChanged && attempts < 20);
        Assert.Null(error);
        return Get(key);
    }

    /// <summary>Waits until a condition on the node holds; looks again whenever something was committed or leadership
    /// changed.</summary>
    public async Task WaitAsync(string phase, Func<MemberNode, bool> condition, Func<MemberNode, string>? actual = null)
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(20));
        while (true)
        {
            Task changed = Node.NextChange;
            if (condition(Node))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(
                    $"{phase}: condition does not hold on {Id:x} after 20 s; actual: {Node.Raft}, applied "
                    + $"{Node.AppliedIndex}, {actual?.Invoke(Node)}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await StopAsync();
        }
    }
}
