using Etcd.Node.Peers;
using Etcd.Raft;
using Google.Protobuf;

namespace Etcd.Node.Tests;

public sealed class RaftMessageCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Encoded_message_equals_the_generated_codes_bytes(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 500; i++)
        {
            Message message = RandomMessage(random);
            byte[] bytes = RaftMessageCodec.Encode(message);
            Assert.Equal(ToProto(message).ToByteArray(), bytes);
            Assert.True(RaftMessageCodec.TryDecode(bytes, out Message decoded));
            Assert.Equal(message.ToString(), decoded.ToString());
            Assert.Equal(bytes, RaftMessageCodec.Encode(decoded));
        }
    }

    [Fact]
    public void Cut_or_changed_bytes_never_throw()
    {
        Random random = new(4);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = RaftMessageCodec.Encode(RandomMessage(random));
            byte[] damaged = bytes[..random.Next(bytes.Length + 1)];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            if (RaftMessageCodec.TryDecode(damaged, out Message decoded))
            {
                RaftMessageCodec.Encode(decoded);
            }
        }
    }

    [Fact]
    public void Empty_snapshot_of_an_older_release_is_no_snapshot()
    {
        Raftpb.Message old = ToProto(new Message { Type = MessageType.Append, To = 1, From = 2 });
        old.Snapshot = new Raftpb.Snapshot
        {
            Metadata = new Raftpb.SnapshotMetadata
            {
                ConfState = new Raftpb.ConfState { AutoLeave = false }, Index = 0, Term = 0,
            },
        };
        Assert.True(RaftMessageCodec.TryDecode(old.ToByteArray(), out Message decoded));
        Assert.Null(decoded.Snapshot);
    }

    [Fact]
    public void Conf_change_round_trips_in_both_forms()
    {
        ConfChange change = new(7, ConfChangeType.AddLearnerNode, 9, "context"u8.ToArray());
        byte[] bytes = RaftMessageCodec.Encode(change);
        Raftpb.ConfChange generated = Raftpb.ConfChange.Parser.ParseFrom(bytes);
        Assert.Equal(bytes, generated.ToByteArray());
        ConfChangeV2? decoded = RaftMessageCodec.DecodeConfChange(new Entry(EntryType.ConfChange, 1, 1, bytes));
        Assert.Equal(new ConfChangeSingle(ConfChangeType.AddLearnerNode, 9), Assert.Single(decoded!.Changes));
        Raftpb.ConfChangeV2 second = new() { Transition = Raftpb.ConfChangeTransition.JointExplicit };
        second.Changes.Add(new Raftpb.ConfChangeSingle
        {
            Type = Raftpb.ConfChangeType.ConfChangeRemoveNode, NodeId = 3,
        });
        decoded = RaftMessageCodec.DecodeConfChange(new Entry(EntryType.ConfChangeV2, 1, 1, second.ToByteArray()));
        Assert.Equal(ConfChangeTransition.JointExplicit, decoded!.Transition);
        Assert.Equal(new ConfChangeSingle(ConfChangeType.RemoveNode, 3), Assert.Single(decoded.Changes));
    }

    private static Message RandomMessage(Random random)
    {
        Entry[] entries = new Entry[random.Next(4)];
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] data = new byte[random.Next(40)];
            random.NextBytes(data);
            entries[i] = new Entry((EntryType)random.Next(3), Number(random), Number(random), data);
        }

        byte[] context = new byte[random.Next(3) * 8];
        random.NextBytes(context);
        SnapshotMetadata metadata = new(
            new ConfState { Voters = [1, 2, Number(random)], Learners = [9] }, Number(random) + 1, Number(random));
        return new Message
        {
            Type = (MessageType)random.Next(24),
            To = Number(random),
            From = Number(random),
            Term = Number(random),
            LogTerm = Number(random),
            Index = Number(random),
            Entries = entries,
            Commit = Number(random),
            Vote = Number(random),
            Snapshot = random.Next(3) == 0 ? new Snapshot("data"u8.ToArray(), metadata) : null,
            Reject = random.Next(2) == 0,
            RejectHint = Number(random),
            Context = context,
        };
    }

    private static ulong Number(Random random) => (ulong)random.NextInt64() >> random.Next(64);

    private static Raftpb.Message ToProto(Message message)
    {
        Raftpb.Message proto = new()
        {
            Type = (Raftpb.MessageType)message.Type,
            To = message.To,
            From = message.From,
            Term = message.Term,
            LogTerm = message.LogTerm,
            Index = message.Index,
            Commit = message.Commit,
            Reject = message.Reject,
            RejectHint = message.RejectHint,
            Vote = message.Vote,
        };
        foreach (Entry entry in message.Entries)
        {
            Raftpb.Entry one = new() { Type = (Raftpb.EntryType)entry.Type, Term = entry.Term, Index = entry.Index };
            if (!entry.Data.IsEmpty)
            {
                one.Data = ByteString.CopyFrom(entry.Data.Span);
            }

            proto.Entries.Add(one);
        }

        if (!message.Context.IsEmpty)
        {
            proto.Context = ByteString.CopyFrom(message.Context.Span);
        }

        if (message.Snapshot is { } snapshot)
        {
            Raftpb.ConfState confState = new() { AutoLeave = false };
            confState.Voters.AddRange(snapshot.Metadata.ConfState.Voters);
            confState.Learners.AddRange(snapshot.Metadata.ConfState.Learners);
            proto.Snapshot = new Raftpb.Snapshot
            {
                Data = ByteString.CopyFrom(snapshot.Data.Span),
                Metadata = new Raftpb.SnapshotMetadata
                {
                    ConfState = confState, Index = snapshot.Metadata.Index, Term = snapshot.Metadata.Term,
                },
            };
        }

        return proto;
    }
}
