using Google.Protobuf;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The keys that <c>key</c> and <c>range_end</c> of a request name: an empty end means the key alone, an end of one
/// zero byte every key from it on, any other end the half-open interval, which is empty when it is not above the key.
/// </summary>
internal readonly ref struct KeyInterval
{
    private KeyInterval(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool isSingle, bool hasTo)
    {
        From = from;
        To = to;
        IsSingle = isSingle;
        HasTo = hasTo;
    }

    /// <summary>The first key, inclusive.</summary>
    public ReadOnlySpan<byte> From { get; }

    /// <summary>The end, exclusive; meaningful only when <see cref="HasTo"/>.</summary>
    public ReadOnlySpan<byte> To { get; }

    /// <summary>True for one key.</summary>
    public bool IsSingle { get; }

    /// <summary>False when the interval has no end.</summary>
    public bool HasTo { get; }

    /// <summary>The interval of a request.</summary>
    public static KeyInterval Of(ByteString key, ByteString rangeEnd)
    {
        ReadOnlySpan<byte> end = rangeEnd.Span;
        bool isFromKey = end.Length == 1 && end[0] == 0;
        return new KeyInterval(key.Span, end, isSingle: end.IsEmpty, hasTo: !isFromKey);
    }

    /// <summary>True when the key lies in the interval.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => IsSingle
        ? key.SequenceEqual(From)
        : key.SequenceCompareTo(From) >= 0 && (!HasTo || key.SequenceCompareTo(To) < 0);
}
