using System.Buffers.Binary;
using Etcd.Benchmarks.Workloads;
using Etcd.Node.Consensus;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Micro;

/// <summary>The parts of a request's path that agree on it.</summary>
internal static class ConsensusBenchmarks
{
    private const int Batch = 100;
    private const int ValueBytes = 256;

    /// <summary>Proposals of one entry each, from the proposal until all members have applied it.</summary>
    public static Action RaftSteps(int members)
    {
        var group = new RaftGroup(members);
        byte[] payload = new byte[ValueBytes];
        return () =>
        {
            ulong before = group.Leader.Applied;
            for (int i = 0; i < Batch; i++)
            {
                _ = group.Leader.Propose(payload);
                group.Settle();
            }

            Expect(Batch, (long)(group.Leader.Applied - before), "entries applied");
            group.Compact();
        };
    }

    /// <summary>Read indexes that a leader of three confirms with a round of heartbeats each.</summary>
    public static Action ReadIndexRounds()
    {
        var group = new RaftGroup(members: 3);
        ulong round = 0;
        return () =>
        {
            int before = group.ReadCount;
            for (int i = 0; i < Batch; i++)
            {
                byte[] context = new byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64BigEndian(context, ++round);
                group.Leader.ReadIndex(context);
                group.Settle();
            }

            Expect(Batch, group.ReadCount - before, "read indexes");
        };
    }

    /// <summary>Puts that arrive together: encoded, proposed, written to a log in memory, applied, published.</summary>
    public static Action NodePuts(ReplicatedState filled)
    {
        var path = new NodePath(filled);
        var message = new PutMessage(ValueBytes);
        ulong id = 0;
        return () =>
        {
            int before = path.AppliedCount;
            for (int i = 0; i < Batch; i++)
            {
                KeySpace.Write(message.Key, i * 97);
                var request = new InternalRaftRequest
                {
                    Header = new RequestHeader { ID = ++id },
                    Put = PutRequest.Parser.ParseFrom(message.Bytes),
                };
                path.Propose(new Proposal(id, EntryType.Normal, request.ToByteArray()));
            }

            path.Settle();
            Expect(Batch, path.AppliedCount - before, "puts applied");
        };
    }

    /// <summary>Linearizable reads that arrive together and share a round.</summary>
    public static Action NodeReads(ReplicatedState filled)
    {
        var path = new NodePath(filled);
        return () =>
        {
            int before = path.ReadCount;
            for (int i = 0; i < Batch; i++)
            {
                path.RequestRead((ulong)i);
            }

            path.Settle();
            Expect(Batch, path.ReadCount - before, "reads released");
        };
    }

    private static void Expect(long expected, long actual, string what)
    {
        if (actual != expected)
        {
            throw new InvalidOperationException($"{actual} {what}, not {expected}");
        }
    }
}
