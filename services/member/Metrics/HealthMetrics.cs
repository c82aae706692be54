using Etcd.Member.Metrics.Exposition;

namespace Etcd.Member.Metrics;

/// <summary>Series of health probes. Thread-safe.</summary>
internal sealed class HealthMetrics
{
    private readonly CounterFamily _last;
    private readonly CounterFamily _total;

    /// <summary>Adds the families.</summary>
    public HealthMetrics(MetricRegistry registry)
    {
        Success = registry.Counter("etcd_server_health_success", "The total number of successful health checks");
        Failures = registry.Counter("etcd_server_health_failures", "The total number of failed health checks");
        _last = registry.Gauges("etcd_server_healthcheck", "The result of each kind of healthcheck.", "type", "name");
        _total = registry.Counters(
            "etcd_server_healthchecks_total",
            "The total number of each kind of healthcheck.",
            "type",
            "name",
            "status");
    }

    /// <summary>Healthy answers of <c>/health</c>.</summary>
    public Counter Success { get; }

    /// <summary>Unhealthy answers of <c>/health</c>.</summary>
    public Counter Failures { get; }

    /// <summary>The result of one check.</summary>
    public void Record(string type, string name, bool succeeded)
    {
        _last.Of(type, name).Set(succeeded ? 1 : 0);
        _total.Of(type, name, succeeded ? "success" : "error").Increment();
    }
}
