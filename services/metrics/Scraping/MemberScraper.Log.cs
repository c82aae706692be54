using Microsoft.Extensions.Logging;

namespace Etcd.Metrics.Scraping;

internal sealed partial class MemberScraper
{
    [LoggerMessage(LogLevel.Information, "member {instance} gives metrics")]
    private partial void MemberUp(string instance);

    [LoggerMessage(LogLevel.Warning, "member {instance} gives no metrics: {reason}")]
    private partial void MemberDown(string instance, string reason);
}
