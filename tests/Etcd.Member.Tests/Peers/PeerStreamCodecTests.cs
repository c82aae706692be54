using System.Buffers;
using Etcd.Member.Peers.Wire;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Member.Tests.Peers;

public sealed class PeerStreamCodecTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData((int)PeerStreamKind.Append)]
    [InlineData((int)PeerStreamKind.Message)]
    public async Task Messages_come_out_as_they_went_in(int kindNumber)
    {
        var kind = (PeerStreamKind)kindNumber;
        var random = new Random(7);
        var output = new ArrayBufferWriter<byte>();
        var encoder = new PeerStreamEncoder(kind);
        var messages = new List<Message> { LinkHeartbeat.Message };
        ulong index = 10;
        for (var i = 0; i < 200; i++)
        {
            var entries = new Entry[random.Next(4)];
            for (var e = 0; e < entries.Length; e++)
            {
                var data = new byte[random.Next(200)];
                random.NextBytes(data);
                entries[e] = new Entry(EntryType.Normal, 3, index + (ulong)e + 1, data);
            }

            messages.Add(Append(index, entries, commit: index));
            index += (ulong)entries.Length;
            if (random.Next(10) == 0)
            {
                index += 5; // A gap: the next one cannot continue.
            }
        }

        foreach (var message in messages)
        {
            encoder.Write(message, output);
        }

        using var reader = new FrameReader(new MemoryStream(output.WrittenMemory.ToArray()), Patience);
        var decoder = new PeerStreamDecoder(kind, reader, localId: 2, remoteId: 1);
        foreach (var message in messages)
        {
            var decoded = await decoder.ReadAsync(CancellationToken.None);
            Assert.Equal(RaftMessageCodec.Encode(message), RaftMessageCodec.Encode(decoded));
        }

        await Assert.ThrowsAsync<EndOfStreamException>(async () => await decoder.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public void Continuation_leaves_out_what_is_known()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new PeerStreamEncoder(PeerStreamKind.Append);
        encoder.Write(Append(1, [new Entry(EntryType.Normal, 3, 2, "a"u8.ToArray())], commit: 1), output);
        output.ResetWrittenCount();

        encoder.Write(Append(2, [new Entry(EntryType.Normal, 3, 3, "b"u8.ToArray())], commit: 2), output);

        byte[] entry = [0x08, 0, 0x10, 3, 0x18, 3, 0x22, 1, (byte)'b'];
        byte[] expected = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, .. entry, 0, 0, 0, 0, 0, 0, 0, 2];
        Assert.Equal(expected, output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData((int)PeerStreamKind.Append)]
    [InlineData((int)PeerStreamKind.Message)]
    public async Task Garbage_ends_in_an_error_of_the_stream(int kindNumber)
    {
        var random = new Random(11);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(1, 64)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                // Announce a small length, so that the body is looked at as well.
                bytes.AsSpan(0, Math.Min(bytes.Length, 8)).Clear();
                bytes[0] = (byte)random.Next(3);
            }

            using var reader = new FrameReader(new MemoryStream(bytes), Patience);
            var decoder = new PeerStreamDecoder((PeerStreamKind)kindNumber, reader, 2, 1);
            var error = await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await decoder.ReadAsync(CancellationToken.None);
                }
            });

            Assert.True(error is InvalidDataException or EndOfStreamException, error?.ToString());
        }
    }

    [Fact]
    public async Task Announced_length_costs_no_memory_before_it_arrives()
    {
        byte[] head = [0, 0, 0, 0, 0x1f, 0xff, 0xff, 0xff];
        using var reader = new FrameReader(new MemoryStream(head), Patience);
        var before = GC.GetAllocatedBytesForCurrentThread();

        await Assert.ThrowsAsync<EndOfStreamException>(async () =>
            await new PeerStreamDecoder(PeerStreamKind.Message, reader, 2, 1).ReadAsync(CancellationToken.None));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public async Task Large_block_arrives_in_pieces()
    {
        var bytes = new byte[5_000_000];
        new Random(3).NextBytes(bytes);
        using var reader = new FrameReader(new TrickleStream(bytes), Patience);

        Assert.Equal(bytes[0], await reader.ReadByteAsync(CancellationToken.None));
        Assert.Equal(bytes[1..], await reader.ReadBytesAsync(bytes.Length - 1, CancellationToken.None));
    }

    [Fact]
    public async Task Silence_ends_the_stream()
    {
        using var reader = new FrameReader(new SilentStream(), TimeSpan.FromMilliseconds(20));

        var error = await Assert.ThrowsAsync<IOException>(async () => await reader.ReadByteAsync(
            CancellationToken.None));

        Assert.Contains("i/o timeout", error.Message, StringComparison.Ordinal);
    }

    private static Message Append(ulong index, Entry[] entries, ulong commit) => new()
    {
        Type = MessageType.Append,
        From = 1,
        To = 2,
        Term = 3,
        LogTerm = 3,
        Index = index,
        Entries = entries,
        Commit = commit,
    };

    /// <summary>Gives at most 70 000 bytes a read.</summary>
    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 70_000)], cancellationToken);
    }

    /// <summary>Never gives anything.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
