using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// A watch response without its watch id: encoded once, however many watches get it. Immutable.
/// </summary>
/// <remarks>
/// <code>
/// | 1 header | 2 watch_id varint, absent when 0 | 3 created … 7 fragment, 11 events* |
///   of the body  of each watch                    of the body
/// </code>
/// </remarks>
public sealed class WatchBody
{
    private const int WatchIdField = 2;

    // Beyond it the bytes are made by whoever writes the stream: a copy of its own for each large catch-up would double
    // what a slow client costs.
    private const int MaxEncodedBytes = 64 * 1024;

    // One of the two: what waits for a slow client is held once.
    private readonly WatchResponse? _response;
    private readonly int _sizeBytes;
    private readonly byte[]? _encoded;
    private readonly int _headerBytes;

    /// <summary>Takes a response over.</summary>
    /// <param name="response">Without a watch id; not modified afterwards.</param>
    public WatchBody(WatchResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentOutOfRangeException.ThrowIfNotEqual(response.WatchId, 0);
        EventCount = response.Events.Count;
        _sizeBytes = response.CalculateSize();
        if (_sizeBytes > MaxEncodedBytes)
        {
            _response = response;
            return;
        }

        _encoded = new byte[_sizeBytes];
        response.WriteTo(_encoded.AsSpan());
        _headerBytes = response.Header is { } header
            ? ProtoSize.LengthDelimitedField(WatchResponse.HeaderFieldNumber, header.CalculateSize())
            : 0;
    }

    /// <summary>Number of events.</summary>
    public int EventCount { get; }

    /// <summary>True when <see cref="Write"/> can be used; false for large responses.</summary>
    public bool IsEncoded => _encoded is not null;

    /// <summary>Encoded size with a watch id.</summary>
    public int SizeWith(long watchId) =>
        _sizeBytes + (watchId == 0 ? 0 : ProtoSize.VarintField(WatchIdField, (ulong)watchId));

    /// <summary>Writes the response with a watch id.</summary>
    /// <param name="watchId">The id.</param>
    /// <param name="destination">Exactly <see cref="SizeWith"/> bytes.</param>
    /// <exception cref="InvalidOperationException">Not <see cref="IsEncoded"/>.</exception>
    public void Write(long watchId, Span<byte> destination)
    {
        ReadOnlySpan<byte> encoded = _encoded
            ?? throw new InvalidOperationException($"a body of {_sizeBytes} bytes is not encoded");
        encoded[.._headerBytes].CopyTo(destination);
        ProtoWriter writer = new(destination[_headerBytes..]);
        if (watchId != 0)
        {
            writer.WriteVarintField(WatchIdField, (ulong)watchId);
        }

        encoded[_headerBytes..].CopyTo(destination[(_headerBytes + writer.Written)..]);
    }

    /// <summary>The response as an object. Costs as much as reading it from a wire; a large one shares its events.
    /// </summary>
    public WatchResponse ToResponse(long watchId)
    {
        if (_response is null)
        {
            WatchResponse read = WatchResponse.Parser.ParseFrom(_encoded);
            read.WatchId = watchId;
            return read;
        }

        WatchResponse response = new()
        {
            Header = _response.Header,
            WatchId = watchId,
            Created = _response.Created,
            Canceled = _response.Canceled,
            CompactRevision = _response.CompactRevision,
            CancelReason = _response.CancelReason,
            Fragment = _response.Fragment,
        };
        response.Events.Add(_response.Events);
        return response;
    }
}
