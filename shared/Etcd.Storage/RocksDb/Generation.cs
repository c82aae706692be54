using Etcd.Ports.Engine;

namespace Etcd.Storage.RocksDb;

/// <summary>
/// Which of two key spaces holds the state. A state that comes from another member is written into the unused one,
/// and one small write makes it the used one, so that a crash leaves the old state or the new one. Thread-safe.
/// <code>
/// | Offset | Size | Field of a stored key                                           |
/// |--------|------|-----------------------------------------------------------------|
/// | 0      | 1    | generation, 0 or 1, times 16, plus the bucket, 1 to 10          |
/// | 1      | n    | key within the bucket                                           |
/// </code>
/// The stored key 0x00 "generation" holds the number of the used generation as one byte; absent means 0.
/// </summary>
internal sealed class Generation(byte number)
{
    private volatile byte _number = number;

    /// <summary>Stored key of the number.</summary>
    public static ReadOnlySpan<byte> NumberKey => "\0generation"u8;

    /// <summary>0 or 1.</summary>
    public byte Number
    {
        get => _number;
        set => _number = value;
    }

    /// <summary>First byte of a bucket's stored keys.</summary>
    public static byte Prefix(byte generation, Bucket bucket) => (byte)((generation << 4) | (byte)bucket);

    /// <summary>First stored key of a generation, and the first one behind it.</summary>
    public static (byte[] Start, byte[] End) Bounds(byte generation) =>
        ([(byte)((generation << 4) | 1)], [(byte)((generation + 1) << 4)]);
}
