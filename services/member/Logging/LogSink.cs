using System.Threading.Channels;
using Etcd.Member.Config;

namespace Etcd.Member.Logging;

/// <summary>
/// Takes log lines from any thread and writes them to the outputs from one background task, so that no caller
/// waits for a pipe or a disk. Thread-safe.
/// </summary>
internal sealed class LogSink : IAsyncDisposable
{
    /// <summary>Lines that may wait: about 4 MB; beyond that lines are dropped and counted, never waited for.</summary>
    private const int MaxWaitingLines = 16_384;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MaxWaitingLines) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly LogLineFormatter _formatter;
    private readonly IReadOnlyList<Stream> _outputs;
    private readonly TimeProvider _time;
    private readonly string _level;
    private readonly Task _writing;
    private long _dropped;

    /// <summary>Creates a sink that owns <paramref name="outputs"/>.</summary>
    /// <param name="console">Lines for people instead of JSON.</param>
    /// <param name="level">The lowest level that is written.</param>
    /// <param name="outputs">Where to.</param>
    /// <param name="time">The clock of the lines.</param>
    public LogSink(bool console, string level, IReadOnlyList<Stream> outputs, TimeProvider time)
    {
        _level = level;
        _formatter = new LogLineFormatter(console);
        _outputs = outputs;
        _time = time;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Opens the outputs of a configuration.</summary>
    public static LogSink Open(LogConfig config, TimeProvider time) =>
        new(config.Console, config.Level, [.. config.Outputs.Select(output => OpenOutput(output, config.Rotation, time))], time);

    /// <summary>Writes a line if its level is asked for.</summary>
    public void Write(
        string level,
        string? logger,
        string caller,
        string message,
        IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        var line = new LogLine(_time.GetLocalNow(), level, logger, caller, message, fields);
        if (ZapLevel.IsWritten(level, _level) && !_lines.Writer.TryWrite(_formatter.Format(line)))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes a line that arose before there was a sink.</summary>
    public void Write(EarlyLogLine line) => Write(line.Level, null, line.Caller, line.Message, line.Fields);

    /// <summary>Writes everything that waits, then closes the outputs.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        foreach (var output in _outputs)
        {
            await output.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Stream OpenOutput(string output, LogRotationConfig? rotation, TimeProvider time) => output switch
    {
        "stdout" => Console.OpenStandardOutput(),
        "default" or "stderr" or "systemd/journal" => Console.OpenStandardError(),
        _ when rotation is not null => new RotatingFileStream(output, rotation, time),
        _ => new FileStream(output, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0),
    };

    private async Task WriteAllAsync()
    {
        // One write for everything that waits: a burst costs few system calls.
        using var batch = new MemoryStream();
        while (await _lines.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.SetLength(0);
            while (batch.Length < 64 * 1024 && _lines.Reader.TryRead(out var line))
            {
                batch.Write(line);
            }

            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
            {
                batch.Write(_formatter.Format(new LogLine(
                    _time.GetLocalNow(),
                    "warn",
                    null,
                    "logging/LogSink",
                    "dropped log lines",
                    [new("count", dropped)])));
            }

            foreach (var output in _outputs)
            {
                await WriteBatchAsync(output, batch).ConfigureAwait(false);
            }
        }
    }

    private static async Task WriteBatchAsync(Stream output, MemoryStream batch)
    {
        try
        {
            await output.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length)).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A closed pipe or a full disk takes the lines with it: there is nowhere left to say so.
            return;
        }
    }
}
