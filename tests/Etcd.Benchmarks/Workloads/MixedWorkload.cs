using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Seven linearizable reads of a key to three puts.</summary>
internal sealed class MixedWorkload(int storedKeys) : ClosedLoopWorkload
{
    private const int ReadsOfTen = 7;

    /// <inheritdoc/>
    public override string Name => "mixed";

    /// <inheritdoc/>
    public override string Summary => "70 % linearizable range of one key, 30 % put";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [100, 1000];

    /// <inheritdoc/>
    public override int StoredKeys => storedKeys;

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) => new Caller(number, storedKeys, bench.ValueBytes);

    private sealed class Caller(int seed, int keys, int valueBytes) : UnaryCaller
    {
        private readonly PutMessage _put = new(valueBytes);
        private readonly byte[] _range = new RangeRequest { Key = ByteString.CopyFrom(KeySpace.Key(0)) }.ToByteArray();
        private FastRandom _random = new(seed + 1);
        private bool _reads;

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            long key = _random.Below(keys);
            _reads = _random.Below(10) < ReadsOfTen;
            if (_reads)
            {
                KeySpace.Write(_range.AsSpan(2), key);
                Connection.Open(this, GrpcMethod.Range, _range, last: true);
                return true;
            }

            _put.Set(key, ref _random);
            Connection.Open(this, GrpcMethod.Put, _put.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            !_reads || RangeResponse.Parser.ParseFrom(message).Kvs.Count == 1 ? null : "not one key";
    }
}
