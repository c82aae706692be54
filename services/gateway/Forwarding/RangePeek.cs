using System.Buffers;
using System.IO.Pipelines;
using Etcd.Gateway.Routing;

namespace Etcd.Gateway.Forwarding;

/// <summary>Looks into a range request's body and leaves it whole for the forwarder.</summary>
internal static class RangePeek
{
    /// <summary>
    /// Reads until the first frame is complete or known to be too long, and consumes nothing. A complete frame is also
    /// returned as a copy, from which the request can be sent as often as needed.
    /// </summary>
    /// <returns>
    /// Whether any member may serve it, and the frame; null when it was cut or too long, or when more than one frame
    /// was there.
    /// </returns>
    public static async ValueTask<(bool IsSerializable, byte[]? Frame)> ReadAsync(
        PipeReader body,
        string? encoding,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var received = read.Buffer;
            var hasLength = RangeFrame.TryReadLength(received, out var frameBytes);
            var isComplete = hasLength && received.Length >= frameBytes;
            if (isComplete || read.IsCompleted || read.IsCanceled || frameBytes > RangeFrame.MaxBytes)
            {
                var frame = hasLength && received.Length == frameBytes && frameBytes <= RangeFrame.MaxBytes
                    ? received.ToArray()
                    : null;

                // Nothing is examined either, so that the forwarder's first read returns at once.
                body.AdvanceTo(received.Start);
                return (frame is not null && RangeFrame.IsSerializable(frame, encoding), frame);
            }

            body.AdvanceTo(received.Start, received.End);
        }
    }
}
