using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// The pieces of large responses (etcd's <c>sendFragments</c>). Stateless.
/// </summary>
internal static class ResponseCutter
{
    private const int EventTagBytes = 1;

    /// <summary>Bytes that an event adds to a response.</summary>
    private static int SizeOf(Event change)
    {
        int size = change.CalculateSize();
        return EventTagBytes + CodedOutputStream.ComputeLengthSize(size) + size;
    }

    /// <summary>
    /// Cuts a response between events, so that each piece stays below a size or holds one event. All pieces but the
    /// last are marked; together they are one response.
    /// </summary>
    /// <param name="whole">The response.</param>
    /// <param name="limitBytes">Size from which to cut.</param>
    /// <param name="pieces">Takes the pieces; the response itself when it is small enough.</param>
    public static void Cut(WatchResponse whole, int limitBytes, List<WatchResponse> pieces)
    {
        if (whole.CalculateSize() < limitBytes || whole.Events.Count < 2)
        {
            pieces.Add(whole);
            return;
        }

        WatchResponse piece = NewPiece(whole);
        int emptySize = piece.CalculateSize();
        int size = emptySize;
        foreach (Event change in whole.Events)
        {
            int added = SizeOf(change);
            if (piece.Events.Count > 0 && size + added >= limitBytes)
            {
                pieces.Add(piece);
                piece = NewPiece(whole);
                size = emptySize;
            }

            piece.Events.Add(change);
            size += added;
        }

        piece.Fragment = false;
        pieces.Add(piece);
    }

    private static WatchResponse NewPiece(WatchResponse whole) => new()
    {
        Header = whole.Header,
        WatchId = whole.WatchId,
        Fragment = true,
    };
}
