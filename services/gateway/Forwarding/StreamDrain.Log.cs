using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Forwarding;

internal sealed partial class StreamDrain
{
    [LoggerMessage(LogLevel.Information, "stopping: {streams} streams are ended, calls may finish")]
    private partial void Stopping(int streams);
}
