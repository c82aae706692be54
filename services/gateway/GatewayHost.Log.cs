using Microsoft.Extensions.Logging;

namespace Etcd.Gateway;

internal static partial class GatewayHost
{
    [LoggerMessage(LogLevel.Information, "serving client requests on {urls} for members {members}")]
    private static partial void Serving(ILogger logger, string urls, string members);
}
