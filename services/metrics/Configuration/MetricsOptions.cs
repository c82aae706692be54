using System.Net;
using Microsoft.Extensions.Logging;

namespace Etcd.Metrics.Configuration;

/// <summary>What the service is told at start. Immutable.</summary>
internal sealed record MetricsOptions
{
    /// <summary>Plaintext addresses to serve; at least one.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Client URLs of the members; at least one.</summary>
    public required IReadOnlyList<Uri> Members { get; init; }

    /// <summary>How long a member may take to answer. Below the 10 s that Prometheus allows a scrape.</summary>
    public TimeSpan ScrapeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The value of the label "job".</summary>
    public string Job { get; init; } = "etcd";

    /// <summary>The least severe log level that is written.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether log lines are JSON objects.</summary>
    public bool LogJson { get; init; }
}
