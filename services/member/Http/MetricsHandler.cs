using System.IO.Compression;
using System.Text;
using Etcd.Member.Metrics.Exposition;

namespace Etcd.Member.Http;

/// <summary><c>/metrics</c>: Prometheus text 0.0.4, compressed when asked for. Thread-safe.</summary>
internal sealed class MetricsHandler
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MetricRegistry _registry;
    private readonly Counter _ok;
    private readonly Counter _inFlight;

    /// <summary>Creates a handler and the series of the scrapes themselves.</summary>
    public MetricsHandler(MetricRegistry registry)
    {
        _registry = registry;
        var requests = registry.Counters(
            "promhttp_metric_handler_requests_total", "Total number of scrapes by HTTP status code.", "code");
        _ok = requests.Of("200");
        requests.Of("500");
        requests.Of("503");
        _inFlight = registry.Gauge(
            "promhttp_metric_handler_requests_in_flight", "Current number of scrapes being served.");
    }

    /// <summary>Answers.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        _inFlight.Increment();
        try
        {
            var body = Encoding.UTF8.GetBytes(_registry.Write());
            context.Response.ContentType = ContentType;
            if (AcceptsGzip(context.Request))
            {
                context.Response.Headers.ContentEncoding = "gzip";
                var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
                await using (gzip.ConfigureAwait(false))
                {
                    await gzip.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
                }
            }
            else
            {
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
            }

            _ok.Increment();
        }
        finally
        {
            _inFlight.Decrement();
        }
    }

    private static bool AcceptsGzip(HttpRequest request) => request.Headers.AcceptEncoding
        .SelectMany(value => (value ?? "").Split(','))
        .Any(part => part.Trim() is "gzip" || part.Trim().StartsWith("gzip;", StringComparison.Ordinal));
}
