using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>A put request whose key and value are overwritten in place for each call. Used by one thread.</summary>
internal sealed class PutMessage
{
    private readonly byte[] _message;
    private readonly int _valueBytes;

    /// <param name="valueBytes">Length of each value, at least 1.</param>
    /// <param name="leaseId">The lease of the key, or 0.</param>
    public PutMessage(int valueBytes, long leaseId = 0)
    {
        var request = new PutRequest
        {
            Key = ByteString.CopyFrom(KeySpace.Key(0)),
            Value = ByteString.CopyFrom(new byte[valueBytes]),
            Lease = leaseId,
        };
        _message = request.ToByteArray();
        _valueBytes = valueBytes;

        // The fields stand in their order: tag and length (one byte each) of the key, then the value's.
        ValueOffset = 2 + KeySpace.KeyBytes + 1 + CodedOutputStream.ComputeLengthSize(valueBytes);
    }

    /// <summary>The encoded request.</summary>
    public ReadOnlySpan<byte> Bytes => _message;

    /// <summary>Where the key lies, for those that write into it.</summary>
    public Span<byte> Key => _message.AsSpan(2, KeySpace.KeyBytes);

    /// <summary>Where the value lies, for those that write into it.</summary>
    public Span<byte> Value => _message.AsSpan(ValueOffset, _valueBytes);

    private int ValueOffset { get; }

    /// <summary>Makes it the put of a key with some value.</summary>
    public void Set(long key, ref FastRandom random)
    {
        SetKey(key);
        SetValue(ref random);
    }

    /// <summary>Makes it the put of a key, with the value that it has.</summary>
    public void SetKey(long key) => KeySpace.Write(Key, key);

    /// <summary>Gives it some value.</summary>
    public void SetValue(ref FastRandom random) => RandomValues.Next(ref random, _valueBytes).CopyTo(Value);
}
