using System.Collections.Concurrent;

namespace Etcd.Member.Logging;

/// <summary>
/// Loggers that write etcd's lines into a <see cref="LogSink"/>, which it does not own. Thread-safe. The framework's
/// factory would put a logger before each of them, and one more before a typed one; their generic methods are compiled
/// for every message of a start, so what a start logs much with is made by name.
/// </summary>
internal sealed class ZapLoggerFactory : ILoggerFactory
{
    private static readonly string[] Frameworks = ["Microsoft.", "System.", "Grpc.", "OpenTelemetry."];

    // It writes nothing at warning or above, but while it is enabled the host makes an activity for every request.
    private const string RequestDiagnostics = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>
    /// The gRPC library's own word, with a stack, on each request that is no protobuf message: anybody could fill the
    /// disk with it, and etcd says nothing. What handlers throw is logged where it is given a status.
    /// </summary>
    private const string UnreadableRequests = "Grpc.AspNetCore.Server.ServerCallHandler";

    private readonly ConcurrentDictionary<string, ZapLogger> _loggers = new(StringComparer.Ordinal);
    private readonly LogSink _sink;
    private readonly LogLevel _level;

    /// <summary>Creates a factory.</summary>
    /// <param name="sink">Where lines go.</param>
    /// <param name="level">Lowest level of our own lines; those of the frameworks start at warning.</param>
    public ZapLoggerFactory(LogSink sink, LogLevel level)
    {
        _sink = sink;
        _level = level;
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(
        categoryName,
        static (category, self) => new ZapLogger(category, self._sink, self.LevelOf(category)),
        this);

    /// <summary>There is one way to log.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("a member logs to its own sink alone");

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private LogLevel LevelOf(string category)
    {
        if (category is RequestDiagnostics or UnreadableRequests)
        {
            return LogLevel.None;
        }

        var isFramework = Frameworks.Any(name => category.StartsWith(name, StringComparison.Ordinal));
        return isFramework && _level < LogLevel.Warning ? LogLevel.Warning : _level;
    }
}
