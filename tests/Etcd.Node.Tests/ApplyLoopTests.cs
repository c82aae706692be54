using System.Diagnostics;
using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Node.Loops;
using Etcd.Node.Proposals;
using Etcd.Node.Reads;
using Etcd.Node.Tests.Cluster;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Node.Tests;

public sealed class ApplyLoopTests
{
    // A slice looks at 128 keys: the first at the index, the others at the rows.
    private const int SliceKeys = 128;
    private const int Revisions = 30 * SliceKeys;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static readonly ApplyLoopWiring Silent = new()
    {
        Published = static _ => { },
        Completed = static _ => { },
        Publish = static _ => { },
        ReadReady = static (_, _) => { },
        Applied = static _ => { },
        Open = static _ => throw new UnreachableException(),
        Restored = static _ => { },
        ConfChanged = static _ => { },
        Propose = static _ => { },
        RaiseNoSpace = static () => { },
        FirstCommitInTerm = static () => { },
        MembersChanged = static _ => { },
    };

    [Fact]
    public void Nobody_is_told_of_an_entry_before_it_is_visible()
    {
        List<string> told = [];
        long visible = 0;
        ApplyLoop loop = NewLoop(Silent with
        {
            Published = state => visible = state.View.Revision,
            Completed = results => told.Add($"{results.Count} proposers at {visible}"),
            Publish = _ => told.Add($"watches at {visible}"),
            ReadReady = (round, error) => told.Add($"read {round.Token} at {visible}: {error?.Message ?? "ok"}"),
            Applied = _ => told.Add($"raft at {visible}"),
        });

        // Both reads and the entries that they wait for are taken at once.
        loop.Post(Read(1));
        loop.Post(Entries(Put(1), Put(2)));
        loop.Post(Read(2));
        loop.Close();
        loop.Run();

        Assert.Equal(["2 proposers at 3", "watches at 3", "read 1 at 3: ok", "read 2 at 3: ok", "raft at 3"], told);
    }

    [Fact]
    public void Pause_of_a_compactions_batch_is_spread_over_its_slices()
    {
        var time = new TimersAtOnce(lateness: TimeSpan.Zero);

        int slices = Compact(batchLimit: 4 * SliceKeys, time);

        // The last slice ends the compaction and needs no pause.
        Assert.True(slices > Revisions / SliceKeys);
        Assert.Equal(Enumerable.Repeat(Pause / 4, slices - 1), time.Due);
    }

    [Fact]
    public void Pauses_shorter_than_a_timer_can_keep_are_gathered()
    {
        var time = new TimersAtOnce(lateness: TimeSpan.Zero);

        // 0.4 ms each.
        int slices = Compact(batchLimit: 25 * SliceKeys, time);

        Assert.Equal(Enumerable.Repeat(3 * Pause / 25, (slices - 1) / 3), time.Due);
    }

    [Fact]
    public void Late_timers_do_not_make_a_compaction_longer()
    {
        TimeSpan lateness = TimeSpan.FromMilliseconds(4);
        var time = new TimersAtOnce(lateness);

        int slices = Compact(batchLimit: 4 * SliceKeys, time);

        TimeSpan wanted = (slices - 1) * Pause / 4;
        Assert.InRange(time.Elapsed, wanted - Pause, wanted + lateness);
    }

    [Fact]
    public void Pause_that_took_too_long_lets_no_more_than_a_batch_go_at_once()
    {
        var time = new TimersAtOnce(lateness: TimeSpan.FromSeconds(10));

        int slices = Compact(batchLimit: 4 * SliceKeys, time);

        // Four slices make up for the pause of a batch, then the fifth has its own again.
        Assert.Equal(Enumerable.Repeat(Pause / 4, (slices - 1 + 4) / 5), time.Due);
    }

    [Fact]
    public void Compaction_without_pauses_sets_no_timer()
    {
        var time = new TimersAtOnce(lateness: TimeSpan.Zero);

        Compact(batchLimit: SliceKeys, time, pause: TimeSpan.Zero);

        Assert.Empty(time.Due);
    }

    /// <summary>Compacts many revisions of one key.</summary>
    /// <returns>Slices that it took.</returns>
    private static int Compact(int batchLimit, TimeProvider time, TimeSpan? pause = null)
    {
        int slices = 0;
        ApplyLoop? loop = null;
        var metrics = new NodeMetrics
        {
            CompactionStepObserved = (_, _) => slices++,
            CompactionObserved = _ => loop!.Close(),
        };
        loop = NewLoop(Silent, batchLimit, pause ?? Pause, metrics, time);
        loop.Post(Entries([.. Enumerable.Repeat(Put(1), Revisions), Compaction(Revisions)]));
        loop.Run();
        return slices;
    }

    private static ApplyLoop NewLoop(
        ApplyLoopWiring wiring,
        int batchLimit = 1_000,
        TimeSpan compactionPause = default,
        NodeMetrics? metrics = null,
        TimeProvider? time = null)
    {
        InMemoryEngine engine = new();
        ApplyCore core = new(
            new ApplyOptions { MemberId = 1, CompactionBatchLimit = batchLimit },
            new RequestIdGenerator(1, incarnation: 1),
            ReplicatedState.Open(engine, new StateMachineOptions()));
        return new ApplyLoop(
            core,
            engine,
            wiring,
            transfer: null,
            compactionPause,
            warningDuration: TimeSpan.FromHours(1),
            metrics ?? new NodeMetrics(),
            time ?? TimeProvider.System,
            NullLogger.Instance);
    }

    private static ApplyInput Read(ulong index) => new(ApplyInputKind.WaitApplied, new ReadRound(index), index, false);

    private static ApplyInput Entries(params ReadOnlyMemory<byte>[] requests)
    {
        var message = new Message
        {
            Type = MessageType.StorageApply,
            Entries = requests
                .Select(static (request, at) => new Entry(EntryType.Normal, 1, (ulong)at + 1, request))
                .ToArray(),
        };
        return new ApplyInput(ApplyInputKind.Entries, message, 0, false);
    }

    private static ReadOnlyMemory<byte> Put(ulong id) =>
        RequestEntryCodec.Encode(id, new PutRequest { Key = ByteString.CopyFromUtf8($"k{id}") });

    private static ReadOnlyMemory<byte> Compaction(long revision) => new InternalRaftRequest
    {
        Header = new RequestHeader { ID = 2 },
        Compaction = new CompactionRequest { Revision = revision },
    }.ToByteArray();
}
