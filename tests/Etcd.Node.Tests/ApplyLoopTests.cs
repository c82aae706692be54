using System.Diagnostics;
using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Node.Loops;
using Etcd.Node.Proposals;
using Etcd.Node.Reads;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Node.Tests;

public sealed class ApplyLoopTests
{
    [Fact]
    public void Nobody_is_told_of_an_entry_before_it_is_visible()
    {
        List<string> told = [];
        long visible = 0;
        InMemoryEngine engine = new();
        ApplyCore core = new(
            new ApplyOptions { MemberId = 1 },
            new RequestIdGenerator(1, incarnation: 1),
            ReplicatedState.Open(engine, new StateMachineOptions()));
        ApplyLoopWiring wiring = new()
        {
            Published = state => visible = state.View.Revision,
            Completed = results => told.Add($"{results.Count} proposers at {visible}"),
            Publish = _ => told.Add($"watches at {visible}"),
            ReadReady = (round, error) => told.Add($"read {round.Token} at {visible}: {error?.Message ?? "ok"}"),
            Applied = _ => told.Add($"raft at {visible}"),
            Open = static _ => throw new UnreachableException(),
            Restored = static _ => { },
            ConfChanged = static _ => { },
            Propose = static _ => { },
            RaiseNoSpace = static () => { },
            FirstCommitInTerm = static () => { },
            MembersChanged = static _ => { },
        };
        ApplyLoop loop = new(
            core,
            engine,
            wiring,
            transfer: null,
            compactionPause: TimeSpan.Zero,
            warningDuration: TimeSpan.FromHours(1),
            new NodeMetrics(),
            TimeProvider.System,
            NullLogger.Instance);

        // Both reads and the entries that they wait for are taken at once.
        loop.Post(Read(1));
        loop.Post(new ApplyInput(ApplyInputKind.Entries, Puts(2), 0, false));
        loop.Post(Read(2));
        loop.Close();
        loop.Run();

        Assert.Equal(["2 proposers at 3", "watches at 3", "read 1 at 3: ok", "read 2 at 3: ok", "raft at 3"], told);
    }

    private static ApplyInput Read(ulong index) => new(ApplyInputKind.WaitApplied, new ReadRound(index), index, false);

    private static Message Puts(int count) => new()
    {
        Type = MessageType.StorageApply,
        Entries = Enumerable.Range(1, count)
            .Select(static index => new Entry(EntryType.Normal, 1, (ulong)index, Put((ulong)index)))
            .ToArray(),
    };

    private static ReadOnlyMemory<byte> Put(ulong id) =>
        RequestEntryCodec.Encode(id, new PutRequest { Key = ByteString.CopyFromUtf8($"k{id}") });
}
