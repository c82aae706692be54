using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.StateMachine.Tests.State;

public sealed class ConcurrentViewTests
{
    private const int Keys = 50;

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task Readers_see_whole_commits_while_the_store_writes_and_compacts(long cacheBytes)
    {
        var state = new StateHarness(options: new StateMachineOptions { ValueCacheBytes = cacheBytes });
        PutAll(state, 0);
        using var stop = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(seed => Task.Run(() => Read(state, seed, stop.Token)))];

        for (int round = 1; round <= 300; round++)
        {
            PutAll(state, round);
            if (round % 10 == 0)
            {
                state.Compact(state.View.Revision - 2);
            }

            state.State.StepCompaction(20);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    // One transaction sets all keys, so any revision shows one value everywhere.
    private static void Read(StateHarness state, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        MvccView held = state.View;
        while (!stop.IsCancellationRequested)
        {
            MvccView view = random.Next(4) == 0 ? held : state.View;
            RangeRequest request = StateHarness.RangeOf("\0", "\0");
            request.Revision = random.Next(2) == 0 ? Math.Max(2, view.Revision - random.Next(3)) : 0;
            (RangeResponse? response, EtcdError? error) = view.Range(request);
            if (error is null)
            {
                Assert.Equal(Keys, response!.Kvs.Count);
                Assert.Single(response.Kvs.Select(kv => kv.Value).Distinct());
                Assert.Single(response.Kvs.Select(kv => kv.ModRevision).Distinct());
            }
            else
            {
                Assert.Same(EtcdErrors.Compacted, error);
                Assert.NotEqual(0, request.Revision);
            }

            Assert.Null(state.View.HashKv(0).Error);
            held = random.Next(10) == 0 ? state.View : held;
        }
    }

    private static void PutAll(StateHarness state, int round)
    {
        var txn = new TxnRequest();
        for (int i = 0; i < Keys; i++)
        {
            txn.Success.Add(new RequestOp { RequestPut = StateHarness.PutOf($"key{i:d3}", $"{round}") });
        }

        state.Txn(txn);
    }
}
