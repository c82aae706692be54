using Etcd.Raft;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

internal sealed partial class RaftLoop
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "refused a raft message")]
    private partial void LogRefused(MessageType type, string from, StepResult result);

    [LoggerMessage(Level = LogLevel.Information, Message = "switched to another configuration")]
    private partial void LogConfiguration(ConfState configuration);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "waiting for ReadIndex response took too long, retrying")]
    private partial void LogReadRetry();
}
