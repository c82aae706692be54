using Etcd.Raft;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

internal sealed partial class RaftLoop
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "refused a raft message {Type} from {From:x}: {Result}")]
    private partial void LogRefused(MessageType type, ulong from, StepResult result);

    [LoggerMessage(Level = LogLevel.Information, Message = "switched to configuration {Configuration}")]
    private partial void LogConfiguration(ConfState configuration);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "waiting for ReadIndex response took too long, retrying")]
    private partial void LogReadRetry();
}
