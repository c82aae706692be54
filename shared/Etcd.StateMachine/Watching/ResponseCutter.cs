using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// Encoded sizes of responses, and the pieces of large ones (etcd's <c>sendFragments</c>). Stateless.
/// </summary>
internal static class ResponseCutter
{
    private const int EventTagBytes = 1;

    /// <summary>Bytes that an event adds to a response.</summary>
    public static int SizeOf(Event change)
    {
        int size = change.CalculateSize();
        return EventTagBytes + CodedOutputStream.ComputeLengthSize(size) + size;
    }

    /// <summary>Encoded size of a whole response. O(events).</summary>
    public static int SizeOf(WatchResponse response) => response.CalculateSize();

    /// <summary>
    /// Cuts a response between events, so that each piece stays below a size or holds one event. All pieces but the
    /// last are marked; together they are one response.
    /// </summary>
    /// <param name="whole">The response.</param>
    /// <param name="limitBytes">Size from which to cut.</param>
    /// <param name="pieces">Takes the pieces with their sizes; the response itself when it is small enough.</param>
    public static void Cut(WatchResponse whole, int limitBytes, List<(WatchResponse Response, int SizeBytes)> pieces)
    {
        int wholeSize = SizeOf(whole);
        if (wholeSize < limitBytes || whole.Events.Count < 2)
        {
            pieces.Add((whole, wholeSize));
            return;
        }

        WatchResponse piece = NewPiece(whole);
        int emptySize = SizeOf(piece);
        int size = emptySize;
        foreach (Event change in whole.Events)
        {
            int added = SizeOf(change);
            if (piece.Events.Count > 0 && size + added >= limitBytes)
            {
                pieces.Add((piece, size));
                piece = NewPiece(whole);
                size = emptySize;
            }

            piece.Events.Add(change);
            size += added;
        }

        piece.Fragment = false;
        pieces.Add((piece, SizeOf(piece)));
    }

    private static WatchResponse NewPiece(WatchResponse whole) => new()
    {
        Header = whole.Header,
        WatchId = whole.WatchId,
        Fragment = true,
    };
}
