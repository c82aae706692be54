using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Transactions of one put, without a comparison.</summary>
internal sealed class TxnPutWorkload : ClosedLoopWorkload
{
    /// <inheritdoc/>
    public override string Name => "txn-put";

    /// <inheritdoc/>
    public override string Summary => "transaction of one put";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [100, 1000];

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) => new Caller(number, bench.ValueBytes);

    private sealed class Caller(int seed, int valueBytes) : UnaryCaller
    {
        private readonly TxnMessage _message = new(valueBytes);
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            _message.Set(_random.Below(PutWorkload.RandomKeys), ref _random);
            Connection.Open(this, GrpcMethod.Txn, _message.Bytes, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            TxnResponse.Parser.ParseFrom(message) is { Succeeded: true, Responses.Count: 1 } ? null : "not one put";
    }

    /// <summary>The transaction's put is overwritten in place: it stands at the end of the message.</summary>
    private sealed class TxnMessage
    {
        private readonly PutMessage _put;
        private readonly byte[] _message;

        public TxnMessage(int valueBytes)
        {
            _put = new PutMessage(valueBytes);
            var request = new TxnRequest();
            request.Success.Add(new RequestOp { RequestPut = PutRequest.Parser.ParseFrom(_put.Bytes) });
            _message = request.ToByteArray();
        }

        public ReadOnlySpan<byte> Bytes => _message;

        public void Set(long key, ref FastRandom random)
        {
            _put.Set(key, ref random);
            _put.Bytes.CopyTo(_message.AsSpan(_message.Length - _put.Bytes.Length));
        }
    }
}
