using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OpenTelemetry;

/// <summary>Builds the providers at start; the container disposes, and so flushes, them at the end.</summary>
internal sealed class TelemetryHostedService : IHostedService
{
    private readonly IServiceProvider _services;

    public TelemetryHostedService(IServiceProvider services)
    {
        _services = services;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = _services.GetService<TracerProvider>();
        _ = _services.GetService<MeterProvider>();
        _ = _services.GetService<LoggerProvider>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
