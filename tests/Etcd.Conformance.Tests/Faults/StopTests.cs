using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>A member is stopped in order while clients write.</summary>
public sealed class StopTests
{
    private const int Clients = 40;
    private const int PutsBeforeTheStop = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Member_that_is_told_to_stop_fails_no_put_that_it_has_taken()
    {
        await using var cluster = await Cluster.StartOursAsync(1);
        var member = cluster.Members[0];
        int answered = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loads = Enumerable.Range(0, Clients).Select(client => PutUntilRefusedAsync(member.Kv, client, () =>
        {
            if (Interlocked.Increment(ref answered) == PutsBeforeTheStop)
            {
                enough.SetResult();
            }
        })).ToArray();
        await enough.Task.WaitAsync(Limit);

        const int SigTerm = 15;
        await member.Process.SignalAsync(SigTerm);

        // Whoever comes too late finds no connection; nobody is told that the server gave up on a request.
        var refusals = await Task.WhenAll(loads).WaitAsync(Limit);
        Assert.DoesNotContain("etcdserver: server stopped", refusals.Select(static refusal => refusal.Detail));
    }

    private static async Task<Status> PutUntilRefusedAsync(KV.KVClient kv, int client, Action onAnswer)
    {
        var request = new PutRequest { Key = ByteString.CopyFromUtf8($"k{client}"), Value = ByteString.CopyFromUtf8("v") };
        while (true)
        {
            try
            {
                await kv.PutAsync(request, deadline: DateTime.UtcNow + Limit);
                onAnswer();
            }
            catch (RpcException refusal)
            {
                return refusal.Status;
            }
        }
    }
}
