using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class LargeValueTests
{
    [Theory]
    [InlineData(LargeValue.LeastBytes - 20)]
    [InlineData(LargeValue.LeastBytes - 1)]
    [InlineData(LargeValue.LeastBytes)]
    [InlineData(300_000)]
    public void Row_is_parsed_as_the_generated_parser_parses_it(int valueBytes)
    {
        KeyValue row = RowOf(valueBytes);

        Assert.Equal(row, KeyValueRow.ParseForAnswer(row.ToByteArray()));
    }

    [Fact]
    public void Row_with_a_large_key_is_parsed_whole()
    {
        var row = new KeyValue { Key = ByteString.CopyFrom(new byte[LargeValue.LeastBytes]), ModRevision = 3, Lease = -1 };

        Assert.Equal(row, KeyValueRow.ParseForAnswer(row.ToByteArray()));
    }

    [Fact]
    public void Released_large_value_cannot_be_read_and_a_small_one_can()
    {
        KeyValue small = KeyValueRow.ParseForAnswer(RowOf(100).ToByteArray());
        KeyValue large = KeyValueRow.ParseForAnswer(RowOf(LargeValue.LeastBytes).ToByteArray());
        KeyValue notPooled = RowOf(LargeValue.LeastBytes);
        var response = new RangeResponse { Kvs = { small, large, notPooled } };

        LargeValue.Release(response);
        LargeValue.Release(response);

        Assert.Equal(100, small.Value.Span.Length);
        Assert.Equal(LargeValue.LeastBytes, notPooled.Value.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => large.Value.Span.Length);
    }

    private static KeyValue RowOf(int valueBytes)
    {
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).NextBytes(value);
        return new KeyValue
        {
            Key = ByteString.CopyFromUtf8("key"),
            CreateRevision = 5,
            ModRevision = 1_000_000,
            Version = 7,
            Value = ByteString.CopyFrom(value),
            Lease = 1234,
        };
    }
}
