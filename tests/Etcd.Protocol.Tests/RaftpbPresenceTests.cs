using Etcd.Protocol.Presence;
using Etcd.Protocol.Wire;
using Google.Protobuf;
using Raftpb;

namespace Etcd.Protocol.Tests;

public sealed class RaftpbPresenceTests
{
    /// <summary>By hand from the marshal order of raft.pb.go: all numbers, no snapshot, no context.</summary>
    [Fact]
    public void Empty_message_writes_all_numbers_in_field_order()
    {
        string hex = Convert.ToHexString(new Message { Type = MessageType.MsgHeartbeat }.WithPresence().ToByteArray());

        Assert.Equal("0808" + "1000" + "1800" + "2000" + "2800" + "3000" + "4000" + "5000" + "5800" + "6800", hex);
    }

    [Fact]
    public void Empty_snapshot_writes_metadata_and_configuration()
    {
        string hex = Convert.ToHexString(new Snapshot().WithPresence().ToByteArray());

        Assert.Equal("1208" + "0A022800" + "1000" + "1800", hex);
    }

    [Fact]
    public void Conf_state_codec_writes_what_the_generated_code_writes()
    {
        ulong[] voters = [1, 300, ulong.MaxValue];
        ulong[] learners = [4];
        ulong[] outgoing = [1, 2];
        ulong[] next = [7];
        byte[] bytes = new byte[RaftpbCodec.ConfStateSize(voters, learners, outgoing, next)];
        ProtoWriter writer = new(bytes);
        RaftpbCodec.WriteConfState(ref writer, voters, learners, outgoing, next, autoLeave: true);
        ConfState state = new() { AutoLeave = true };
        state.Voters.AddRange(voters);
        state.Learners.AddRange(learners);
        state.VotersOutgoing.AddRange(outgoing);
        state.LearnersNext.AddRange(next);

        Assert.Equal(state.ToByteArray(), bytes);
    }

    [Fact]
    public void Conf_change_v2_writes_transition_and_zero_fields_of_changes()
    {
        ConfChangeV2 change = new() { Changes = { new ConfChangeSingle() } };

        Assert.Equal("0800" + "1204" + "08001000", Convert.ToHexString(change.WithPresence().ToByteArray()));
    }
}
