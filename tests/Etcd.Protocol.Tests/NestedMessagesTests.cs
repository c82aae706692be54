using System.Buffers;
using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Protocol.Tests;

public sealed class NestedMessagesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(128)]
    [InlineData(512)]
    public void Message_within_the_limit_is_parsed_whole(int depth)
    {
        byte[] bytes = Nested(depth);
        Assert.Equal(bytes, NestedMessages.Parse(TxnRequest.Parser, bytes).ToByteArray());
        Assert.Equal(
            bytes, NestedMessages.Parse(TxnRequest.Parser, new ReadOnlySequence<byte>(bytes)).ToByteArray());
    }

    [Theory]
    [InlineData(517)]
    [InlineData(10_000)]
    public void Deeper_message_is_refused_as_too_deep(int depth)
    {
        byte[] bytes = Nested(depth);
        var error = Assert.Throws<InvalidProtocolBufferException>(
            () => NestedMessages.Parse(TxnRequest.Parser, bytes));
        Assert.True(NestedMessages.IsTooDeep(error));
    }

    [Fact]
    public void Malformed_message_is_not_called_too_deep()
    {
        byte[] bytes = Nested(60);
        bytes[^1] = 0x7F;
        var error = Assert.Throws<InvalidProtocolBufferException>(
            () => NestedMessages.Parse(TxnRequest.Parser, bytes));
        Assert.False(NestedMessages.IsTooDeep(error));
    }

    /// <summary>Built from the inside out, without walking a deep message.</summary>
    private static byte[] Nested(int depth)
    {
        byte[] txn = [];
        for (int level = 0; level < depth; level++)
        {
            var op = new byte[txn.Length + 10];
            int opSize = Prefix(op, 4, txn);
            var outer = new byte[opSize + 10];
            int size = Prefix(outer, 2, op.AsSpan(0, opSize));
            txn = outer[..size];
        }

        return txn;
    }

    private static int Prefix(byte[] target, int field, ReadOnlySpan<byte> body)
    {
        using var output = new CodedOutputStream(target);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(body.Length);
        output.Flush();
        int start = (int)output.Position;
        body.CopyTo(target.AsSpan(start));
        return start + body.Length;
    }
}
