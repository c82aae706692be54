using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace Etcd.Member.Json;

/// <summary>
/// Reads JSON values that follow each other in a body, each as soon as it is complete. Not thread-safe.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="maxBytes">The longest value.</param>
internal sealed class JsonValueReader(PipeReader body, int maxBytes)
{
    /// <summary>Reads the next value. After an error there is none.</summary>
    public async ValueTask<JsonText> ReadAsync(CancellationToken cancellationToken)
    {
        var scanner = new GoJsonScanner();
        var value = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var step = Scan(scanner, read.Buffer, value, out var consumed);
            body.AdvanceTo(consumed);
            if (step == GoJsonScanner.Step.Failed)
            {
                return Failed(JsonFailure.Invalid(scanner.Error));
            }

            if (value.WrittenCount > maxBytes)
            {
                return Failed(TooLarge(value.WrittenCount, maxBytes));
            }

            if (step != GoJsonScanner.Step.Continue || (read.IsCompleted && scanner.IsComplete))
            {
                return new JsonText(value.WrittenSpan.ToArray(), Error: null);
            }

            if (read.IsCompleted)
            {
                return scanner.HasBegun ? Failed(JsonFailure.Invalid("unexpected EOF")) : default;
            }
        }
    }

    /// <summary>The answer to a request of more bytes than are accepted.</summary>
    public static JsonFailure TooLarge(long bytes, int maxBytes) => new(
        StatusCode.ResourceExhausted, $"grpc: received message larger than max ({bytes} vs. {maxBytes})");

    private static JsonText Failed(JsonFailure failure) => new(Value: null, failure);

    private static GoJsonScanner.Step Scan(
        GoJsonScanner scanner, ReadOnlySequence<byte> buffer, IBufferWriter<byte> value, out SequencePosition consumed)
    {
        long taken = 0;
        foreach (var segment in buffer)
        {
            var bytes = segment.Span;
            var start = scanner.HasBegun ? 0 : -1;
            for (var i = 0; i < bytes.Length; i++)
            {
                var step = scanner.Next(bytes[i]);
                if (start < 0 && scanner.HasBegun)
                {
                    start = i;
                }

                if (step != GoJsonScanner.Step.Continue)
                {
                    var end = step == GoJsonScanner.Step.EndBefore ? i : i + 1;
                    value.Write(bytes[start..end]);
                    consumed = buffer.GetPosition(taken + end);
                    return step;
                }
            }

            if (start >= 0)
            {
                value.Write(bytes[start..]);
            }

            taken += bytes.Length;
        }

        consumed = buffer.End;
        return GoJsonScanner.Step.Continue;
    }
}
