using System.Buffers;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Tests.State;

public sealed class EncodedPutTests
{
    private const int Large = 16 << 10;

    public static TheoryData<int, int> Sizes => new()
    {
        { 0, 100 }, { Large - 30, 4096 }, { Large - 1, 4096 }, { Large, 4096 }, { Large + 1, 1 }, { 300_000, 16_384 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Put_is_read_as_the_generated_parser_reads_it_however_it_is_cut(int valueBytes, int segmentBytes)
    {
        byte[] payload = PutOf(valueBytes).ToByteArray();

        PutRequest read = EncodedPut.Read(Cut(payload, segmentBytes));

        Assert.Equal(PutRequest.Parser.ParseFrom(payload), read);
        Assert.Equal(payload, read.ToByteArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Entry_is_that_of_the_generated_message_each_time_it_is_asked_for(int valueBytes, int segmentBytes)
    {
        PutRequest put = PutOf(valueBytes);
        PutRequest read = EncodedPut.Read(Cut(put.ToByteArray(), segmentBytes));

        foreach (ulong id in (ulong[])[1, ulong.MaxValue, 300])
        {
            byte[] expected =
                new InternalRaftRequest { Header = new RequestHeader { ID = id }, Put = put }.ToByteArray();
            Assert.Equal(expected, RequestEntryCodec.Encode(id, read).ToArray());
        }

        Assert.Equal(put, read);
    }

    [Fact]
    public void Entry_that_is_given_out_keeps_its_id()
    {
        PutRequest read = EncodedPut.Read(Cut(PutOf(Large).ToByteArray(), 4096));

        ReadOnlyMemory<byte> first = RequestEntryCodec.Encode(7, read);
        ReadOnlyMemory<byte> second = RequestEntryCodec.Encode(8, read);

        Assert.Equal(7UL, InternalRaftRequest.Parser.ParseFrom(first.Span).Header.ID);
        Assert.Equal(8UL, InternalRaftRequest.Parser.ParseFrom(second.Span).Header.ID);
    }

    [Fact]
    public void Changed_copy_is_encoded_as_it_is()
    {
        PutRequest changed = EncodedPut.Read(Cut(PutOf(Large).ToByteArray(), 4096)).Clone();
        changed.Lease = 99;

        Assert.Equal(99, InternalRaftRequest.Parser.ParseFrom(RequestEntryCodec.Encode(7, changed).Span).Put.Lease);
    }

    [Fact]
    public void Unknown_field_and_wasteful_encoding_are_read_as_by_the_generated_parser()
    {
        byte[] put = PutOf(Large).ToByteArray();
        byte[][] odd =
        [
            [.. put, 0xF8, 0x01, 0x05], // An unknown field, number 31.
            [.. put, 0x18, 0x85, 0x00], // The lease again, as 5 in two bytes.
            [.. put, .. PutOf(Large + 7).ToByteArray()],
        ];

        Assert.All(odd, payload =>
        {
            PutRequest expected = PutRequest.Parser.ParseFrom(payload);
            PutRequest read = EncodedPut.Read(Cut(payload, 4096));
            Assert.Equal(expected, read);
            Assert.Equal(
                expected, InternalRaftRequest.Parser.ParseFrom(RequestEntryCodec.Encode(7, read).Span).Put);
        });
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_as_by_the_generated_parser()
    {
        var random = new Random(1);
        byte[] put = PutOf(Large).ToByteArray();
        for (int round = 0; round < 500; round++)
        {
            byte[] damaged = put[..random.Next(Large, put.Length + 1)];
            for (int i = random.Next(3); i >= 0; i--)
            {
                // Where the fields are: before the value and behind it.
                int place = random.Next(2) == 0 ? random.Next(40) : damaged.Length - 1 - random.Next(20);
                damaged[place] = (byte)random.Next(256);
            }

            Assert.Equal(Outcome(() => PutRequest.Parser.ParseFrom(damaged)), Outcome(() => EncodedPut.Read(Cut(damaged, 4096))));
        }
    }

    [Fact]
    public void Large_put_of_an_entry_is_read_without_a_copy_and_a_small_one_with()
    {
        foreach (int valueBytes in (int[])[100, Large, 100_000])
        {
            PutRequest put = PutOf(valueBytes);
            byte[] entry = RequestEntryCodec.Encode(5, put).ToArray();

            PutRequest read = Assert.IsType<PutRequest>(RequestEntryCodec.Read(entry, out ulong id));

            Assert.Equal(5UL, id);
            Assert.Equal(put, read);
            Assert.Equal(valueBytes >= Large, read.Value.Span.Overlaps(entry));
        }
    }

    private static PutRequest PutOf(int valueBytes)
    {
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).NextBytes(value);
        return new PutRequest
        {
            Key = ByteString.CopyFromUtf8("key"),
            Value = ByteString.CopyFrom(value),
            Lease = 12,
            PrevKv = true,
            IgnoreLease = true,
        };
    }

    private static PutRequest? Outcome(Func<PutRequest> read)
    {
        try
        {
            return read();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int segmentBytes)
    {
        Segment first = new(bytes.AsMemory(0, Math.Min(segmentBytes, bytes.Length)), null);
        Segment last = first;
        for (int start = segmentBytes; start < bytes.Length; start += segmentBytes)
        {
            last = new Segment(bytes.AsMemory(start, Math.Min(segmentBytes, bytes.Length - start)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
