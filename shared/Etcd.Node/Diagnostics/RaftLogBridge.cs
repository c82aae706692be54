using Etcd.Raft;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Diagnostics;

/// <summary>Raft's lines in the host's log. Called on the raft loop.</summary>
internal sealed partial class RaftLogBridge : IRaftLogger
{
    private readonly ILogger _logger;

    public RaftLogBridge(ILogger logger) => _logger = logger;

    /// <inheritdoc/>
    public bool IsEnabled(RaftLogLevel level) => _logger.IsEnabled(LevelOf(level));

    /// <inheritdoc/>
    public void Log(RaftLogLevel level, string text) => LogLine(LevelOf(level), text);

    private static LogLevel LevelOf(RaftLogLevel level) => level switch
    {
        RaftLogLevel.Debug => LogLevel.Debug,
        RaftLogLevel.Info => LogLevel.Information,
        RaftLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(Message = "{Line}")]
    private partial void LogLine(LogLevel level, string line);
}
