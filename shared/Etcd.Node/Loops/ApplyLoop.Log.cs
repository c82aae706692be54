using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

internal sealed partial class ApplyLoop
{
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "apply request took too long (took {Milliseconds} ms, expected-duration 100 ms, request {Request})")]
    private partial void LogSlowApply(double milliseconds, string request);

    [LoggerMessage(Level = LogLevel.Information, Message = "sending database snapshot to member {To:x} at {Index}")]
    private partial void LogSendSnapshot(ulong to, ulong index);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "applying snapshot (current-applied-index {Applied}, incoming-leader-snapshot-index {Index}, "
            + "incoming-leader-snapshot-term {Term})")]
    private partial void LogInstall(ulong applied, ulong index, ulong term);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "applied snapshot (incoming-leader-snapshot-index {Index}, incoming-leader-snapshot-term {Term})")]
    private partial void LogInstalled(ulong index, ulong term);
}
