using Etcdserverpb;
using Google.Protobuf;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// Sends the operations of one seed to a member of the reference and to one of ours, each in order, both at the same
/// time, and compares every answer and every event.
/// </summary>
/// <remarks>
/// The two run ahead by a batch, so that neither waits for the other at each operation; only what a batch answered
/// moves the generator's revision. Before a compaction, a cancel and an alarm all watches are settled: what a watch
/// that lags behind is told then depends on time, at etcd too.
/// </remarks>
internal sealed class DifferentialRun : IAsyncDisposable
{
    private const int BatchOperations = 16;
    private const int SettleEvery = 1024;

    private readonly int _seed;
    private readonly OperationGenerator _generator;
    private readonly Cluster _reference;
    private readonly Cluster _ours;
    private readonly WatchSide _expectedWatches;
    private readonly WatchSide _actualWatches;
    private readonly (ulong Reference, ulong Ours) _ids;
    private int _number;
    private int _settleAt = SettleEvery;

    private DifferentialRun(
        int seed, Cluster reference, Cluster ours, WatchSide expected, WatchSide actual, (ulong, ulong) ids)
    {
        _seed = seed;
        _generator = new OperationGenerator(seed);
        (_reference, _ours, _expectedWatches, _actualWatches, _ids) = (reference, ours, expected, actual, ids);
    }

    public static async Task<DifferentialRun> StartAsync(int seed)
    {
        var starting = Cluster.StartReferenceAsync(1);
        var ours = await Cluster.StartOursAsync(1);
        var reference = await starting;
        return new DifferentialRun(
            seed, reference, ours,
            await WatchSide.OpenAsync(reference.Members[0]), await WatchSide.OpenAsync(ours.Members[0]),
            (await IdAsync(reference), await IdAsync(ours)));

        static async Task<ulong> IdAsync(Cluster cluster) =>
            (await cluster.Members[0].Maintenance.StatusAsync(new StatusRequest())).Header.MemberId;
    }

    public async Task RunAsync(int operations)
    {
        var batch = new List<IMessage>(BatchOperations);
        while (_number < operations)
        {
            var next = _generator.Next();
            bool isAlone = next is WatchRequest or CompactionRequest or AlarmRequest;
            if (batch.Count > 0 && (isAlone || batch.Count == BatchOperations))
            {
                await SendAsync(batch);
                batch.Clear();
            }

            if (next is WatchRequest watch)
            {
                await SendAsync(watch);
                continue;
            }

            if (isAlone || _number >= _settleAt)
            {
                await SettleAsync();
                _settleAt = _number + SettleEvery;
            }

            batch.Add(next);
            if (isAlone)
            {
                await SendAsync(batch);
                batch.Clear();
            }
        }

        await SendAsync(batch);
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _expectedWatches.DisposeAsync();
        await _actualWatches.DisposeAsync();
        await _reference.DisposeAsync();
        await _ours.DisposeAsync();
    }

    private async Task SendAsync(List<IMessage> batch)
    {
        var running = AllOfAsync(_reference.Members[0], batch, _ids.Reference);
        var actual = await AllOfAsync(_ours.Members[0], batch, _ids.Ours);
        var expected = await running;
        foreach (var (index, request) in batch.Index())
        {
            Same(request, expected[index].Text, actual[index].Text);
            _generator.Learn(request, expected[index]);
            _number++;
        }

        static async Task<List<Outcome>> AllOfAsync(Cluster.Member member, List<IMessage> requests, ulong id)
        {
            var outcomes = new List<Outcome>(requests.Count);
            foreach (var request in requests)
            {
                outcomes.Add(await Answer.OfAsync(member, Localized(request, id)));
            }

            return outcomes;
        }
    }

    private static IMessage Localized(IMessage request, ulong id) =>
        request is AlarmRequest { MemberID: OperationGenerator.OwnId } alarm
            ? new AlarmRequest(alarm) { MemberID = id }
            : request;

    private async Task SendAsync(WatchRequest request)
    {
        if (request.CancelRequest is not null)
        {
            await SettleAsync();
        }

        var running = _expectedWatches.SendAsync(request, _generator.CompactRevision);
        var actual = await _actualWatches.SendAsync(request, _generator.CompactRevision);
        var expected = await running;
        Same(request, $"{expected.WatchId} {expected.Canceled}", $"{actual.WatchId} {actual.Canceled}");
        _generator.Learn(request, expected);
        _number++;
    }

    /// <summary>Lets every watch come to the present and compares what they were told.</summary>
    private async Task SettleAsync()
    {
        // A watch whose start is still to come holds up progress.
        while (_generator.Revision < _generator.LatestStart)
        {
            await SendAsync([OperationGenerator.Fence()]);
        }

        var running = _expectedWatches.SettleAsync(_generator.Revision);
        string actual = await _actualWatches.SettleAsync(_generator.Revision);
        Same(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, await running, actual);
    }

    private async Task EndAsync()
    {
        await SettleAsync();
        foreach (var request in _generator.Last())
        {
            await SendAsync([request]);
        }
    }

    private void Same(IMessage request, string expected, string actual) => Assert.True(
        expected == actual,
        $"seed {_seed}, operation {_number}, revision {_generator.Revision}: {request.Descriptor.Name} {request}\n"
        + $"--- etcd\n{expected}\n--- ours\n{actual}");
}
