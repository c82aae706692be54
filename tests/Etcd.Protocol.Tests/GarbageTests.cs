using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Protocol.Tests;

/// <summary>No input makes a hand-written parser throw or run past its end.</summary>
public sealed class GarbageTests
{
    private const int Rounds = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    public void Random_bytes_never_make_the_codecs_throw(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = new byte[random.Next(48)];
            random.NextBytes(bytes);
            Consume(bytes);
        }
    }

    [Fact]
    public void Flipped_bits_and_cut_entries_never_make_the_codecs_throw()
    {
        byte[] entry = new byte[RaftpbCodec.EntrySize(0, 7, 300, 20)];
        ProtoWriter writer = new(entry);
        RaftpbCodec.WriteEntry(ref writer, 0, 7, 300, new byte[20]);
        for (int at = 0; at < entry.Length; at++)
        {
            Consume(entry[..at]);
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] flipped = [.. entry];
                flipped[at] ^= (byte)(1 << bit);
                Consume(flipped);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0801")]
    [InlineData("08FFFFFFFFFFFFFFFFFF01")]
    public void Entry_reads_well_formed_bytes(string hex) =>
        Assert.True(RaftpbCodec.TryReadEntry(Convert.FromHexString(hex), out _, out _, out _, out _));

    [Theory]
    [InlineData("08")]
    [InlineData("00")]
    [InlineData("0A00")]
    [InlineData("2205AA")]
    [InlineData("08FFFFFFFFFFFFFFFFFF02")]
    [InlineData("2B2C")]
    public void Entry_refuses_malformed_bytes(string hex) =>
        Assert.False(RaftpbCodec.TryReadEntry(Convert.FromHexString(hex), out _, out _, out _, out _));

    /// <summary>The generated parser reports malformed input by one exception type only.</summary>
    [Fact]
    public void Random_bytes_make_the_generated_parser_throw_only_its_own_exception()
    {
        Random random = new(3);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = new byte[random.Next(48)];
            random.NextBytes(bytes);
            try
            {
                InternalRaftRequest.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException exception)
            {
                Assert.NotNull(exception.Message);
            }
        }
    }

    private static void Consume(byte[] bytes)
    {
        RaftpbCodec.TryReadEntry(bytes, out _, out _, out _, out _);
        RaftpbCodec.TryReadHardState(bytes, out _, out _, out _);
        ProtoReader reader = new(bytes);
        while (reader.TryReadTag(out _, out WireType type) && reader.TrySkip(type))
        {
            Assert.True(reader.Position <= bytes.Length);
        }
    }
}
