using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Reads of keys that are stored.</summary>
internal sealed class RangeWorkload : ClosedLoopWorkload
{
    private readonly int _storedKeys;
    private readonly int _keys;
    private readonly Func<RangeRequest> _request;
    private readonly Func<RangeResponse, string?> _check;

    private RangeWorkload(
        string name, string summary, int storedKeys, int keys, Func<RangeRequest> request, Func<RangeResponse, string?> check)
    {
        Name = name;
        Summary = summary;
        _storedKeys = storedKeys;
        _keys = keys;
        _request = request;
        _check = check;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Summary { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => _keys switch { 1 => [1, 100, 1000], 1000 => [10], _ => [1] };

    /// <inheritdoc/>
    public override int StoredKeys => _storedKeys;

    /// <summary>Reads of single keys, random ones.</summary>
    public static RangeWorkload OneKey(string name, int storedKeys, bool serializable) => new(
        name, (serializable ? "serializable" : "linearizable") + " range of one key", storedKeys, keys: 1,
        () => new RangeRequest { Serializable = serializable },
        static response => response.Kvs.Count == 1 ? null : $"{response.Kvs.Count} keys");

    /// <summary>Reads of a thousand consecutive keys from a random one.</summary>
    public static RangeWorkload Thousand(string name, int storedKeys, bool serializable) => new(
        name, (serializable ? "serializable" : "linearizable") + " range of 1,000 keys", storedKeys, keys: 1000,
        () => new RangeRequest { Serializable = serializable, RangeEnd = ByteString.CopyFromUtf8("\0"), Limit = 1000 },
        static response => response.Kvs.Count == 1000 ? null : $"{response.Kvs.Count} keys");

    /// <summary>The number of all keys.</summary>
    public static RangeWorkload CountAll(string name, int storedKeys) => new(
        name, FormattableString.Invariant($"count of {storedKeys:N0} keys"), storedKeys, storedKeys,
        static () => new RangeRequest { RangeEnd = ByteString.CopyFromUtf8("\0"), CountOnly = true },
        response => response.Count == storedKeys ? null : $"count {response.Count}");

    /// <summary>All keys without values.</summary>
    public static RangeWorkload KeysOnly(string name, int storedKeys) => new(
        name, FormattableString.Invariant($"keys only, {storedKeys:N0} keys"), storedKeys, storedKeys,
        static () => new RangeRequest { RangeEnd = ByteString.CopyFromUtf8("\0"), KeysOnly = true },
        response => response.Kvs.Count == storedKeys ? null : $"{response.Kvs.Count} keys");

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench)
    {
        RangeRequest request = _request();
        request.Key = ByteString.CopyFrom(KeySpace.Key(0));
        return new Caller(number, request.ToByteArray(), Math.Max(1, _storedKeys - _keys + 1), _check);
    }

    private sealed class Caller(int seed, byte[] message, int firstKeys, Func<RangeResponse, string?> check) : UnaryCaller
    {
        private FastRandom _random = new(seed + 1);

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            // The key is the first field: one byte each of tag and length stand before it.
            KeySpace.Write(message.AsSpan(2), _random.Below(firstKeys));
            Connection.Open(this, GrpcMethod.Range, message, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> response) =>
            check(RangeResponse.Parser.ParseFrom(response));
    }
}
