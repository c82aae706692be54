using System.Text;
using System.Text.Json;

namespace Etcd.Member.Tests.Host;

/// <summary>A log output that can be waited on. Thread-safe.</summary>
internal sealed class LogCapture : MemoryStream
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly List<(string Message, TaskCompletionSource Seen)> _awaited = [];

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>All messages in order.</summary>
    public IReadOnlyList<string> Messages =>
    [
        .. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("msg").GetString()!),
    ];

    /// <summary>A field of the first line with a message.</summary>
    public string? Field(string message, string field) => Text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(line => line.GetProperty("msg").GetString() == message)
        .Select(line => line.TryGetProperty(field, out var value) ? value.ToString() : null)
        .FirstOrDefault();

    /// <summary>Completes when a line with a message was written.</summary>
    public Task SeenAsync(string message)
    {
        lock (_gate)
        {
            if (_text.ToString().Contains($"\"msg\":\"{message}\"", StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((message, seen));
            return seen.Task;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _text.Append(Encoding.UTF8.GetString(buffer.Span));
            var text = _text.ToString();
            foreach (var (message, seen) in _awaited)
            {
                if (text.Contains($"\"msg\":\"{message}\"", StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }

        return ValueTask.CompletedTask;
    }
}
