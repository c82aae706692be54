using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Fills a store with the numbered keys before it is measured.</summary>
internal static class Preload
{
    // The most that a transaction may hold by default is 128.
    private const int MostKeysPerTransaction = 100;

    // Half a megabyte below the largest request that is taken by default.
    private const int MostTransactionBytes = 1 << 20;
    private const int Callers = 8;
    private const double SlowestPutsPerSecond = 2000;
    private static readonly TimeSpan LeastTime = TimeSpan.FromMinutes(1);

    /// <summary>Puts the keys from 0 up, once each.</summary>
    public static void Run(Bench bench, int keys) => Run(bench, 0, keys);

    /// <summary>Puts the keys from a number up to another, exclusive, once each.</summary>
    public static void Run(Bench bench, int from, int to) => Run(bench, from, to, to);

    /// <summary>Puts keys in turn, from 0 up.</summary>
    /// <param name="bench">What is filled.</param>
    /// <param name="puts">How often; a multiple of 100 keeps each key once in a transaction.</param>
    /// <param name="keys">How many different keys, at least 100 or all.</param>
    public static void InTurn(Bench bench, int puts, int keys) => Run(bench, 0, puts, keys);

    private static void Run(Bench bench, int from, int puts, int keys)
    {
        if (puts <= from)
        {
            return;
        }

        long[] next = [from];
        using LoadSession session = bench.Open(Callers);
        for (int i = 0; i < Callers; i++)
        {
            session.Add(new Caller(next, puts, keys, bench.ValueBytes, i));
        }

        session.Start();
        _ = session.Measure(() => session.WaitUntil(
            () => Volatile.Read(ref next[0]) >= puts && session.Loops.All(static loop => loop.Active == 0),
            $"storing {puts - from} values", LeastTime + TimeSpan.FromSeconds((puts - from) / SlowestPutsPerSecond)));
    }

    private sealed class Caller(long[] next, int puts, int keys, int valueBytes, int seed) : UnaryCaller
    {
        private readonly int _keysPerTransaction = Math.Clamp(MostTransactionBytes / valueBytes, 1, MostKeysPerTransaction);
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            long first = Interlocked.Add(ref next[0], _keysPerTransaction) - _keysPerTransaction;
            if (first >= puts)
            {
                return false;
            }

            var request = new TxnRequest();
            for (long number = first; number < Math.Min(first + _keysPerTransaction, puts); number++)
            {
                request.Success.Add(new RequestOp
                {
                    RequestPut = new PutRequest
                    {
                        Key = ByteString.CopyFrom(KeySpace.Key(number % keys)),
                        Value = ByteString.CopyFrom(RandomValues.Next(ref _random, valueBytes)),
                    },
                });
            }

            Connection.Open(this, GrpcMethod.Txn, request.ToByteArray(), last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            TxnResponse.Parser.ParseFrom(message).Succeeded ? null : "not succeeded";
    }
}
