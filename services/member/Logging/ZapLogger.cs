namespace Etcd.Member.Logging;

/// <summary>
/// Turns a <c>[LoggerMessage]</c> call into an etcd line: the template is <c>msg</c>; values that it does not name
/// are fields, in order. Thread-safe.
/// </summary>
internal sealed class ZapLogger : ILogger
{
    private readonly LogSink _sink;
    private readonly LogLevel _level;
    private readonly string _caller;
    private readonly string? _logger;

    /// <summary>Creates the logger of a category.</summary>
    public ZapLogger(string category, LogSink sink, LogLevel level)
    {
        _sink = sink;
        _level = level;
        var parts = category.Split('.');
        var room = parts.Length > 2 ? parts[1] : parts[0];
        _caller = parts.Length > 1 ? $"{room.ToLowerInvariant()}/{parts[^1]}" : room;
        _logger = category is "raft" || category.StartsWith("Etcd.Raft.", StringComparison.Ordinal) ? "raft" : null;
    }

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel >= _level && logLevel != LogLevel.None;

    /// <inheritdoc />
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var fields = new List<KeyValuePair<string, object?>>();
        var message = state is IReadOnlyList<KeyValuePair<string, object?>> values
            ? Collect(values, fields) ?? formatter(state, exception)
            : formatter(state, exception);
        if (exception is not null)
        {
            fields.Add(new("error", exception.Message));
            if (logLevel >= LogLevel.Error)
            {
                fields.Add(new("stacktrace", exception.ToString()));
            }
        }

        var caller = eventId.Name is { Length: > 0 } name ? $"{_caller}.{name}" : _caller;
        _sink.Write(ZapLevel.Name(logLevel), _logger, caller, message, fields);
    }

    /// <summary>Gathers the fields; the message when the template needs no formatting, else null.</summary>
    private static string? Collect(
        IReadOnlyList<KeyValuePair<string, object?>> values, List<KeyValuePair<string, object?>> fields)
    {
        var count = values.Count;
        if (count == 0 || values[count - 1] is not { Key: "{OriginalFormat}", Value: string text })
        {
            return null;
        }

        var template = MessageTemplate.Of(text);
        for (var i = 0; i < count - 1; i++)
        {
            var (name, value) = values[i];
            if (!template.Holds(name))
            {
                fields.Add(new(FieldNames.Of(name), value));
            }
        }

        return template.IsConstant ? text : null;
    }
}
