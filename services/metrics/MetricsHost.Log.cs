using Microsoft.Extensions.Logging;

namespace Etcd.Metrics;

internal static partial class MetricsHost
{
    [LoggerMessage(LogLevel.Information, "serving metrics on {urls} of members {members}")]
    private static partial void Serving(ILogger logger, string urls, string members);
}
