using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Etcd.ServiceDefaults;

/// <summary>What every service of the system has in common.</summary>
public static class ServiceDefaultsExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceNameVariable = "OTEL_SERVICE_NAME";

    /// <summary>
    /// Adds telemetry. Traces, metrics and logs go to the OTLP endpoint that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names;
    /// without it nothing is collected and nothing is paid. The exporter's other <c>OTEL_*</c> variables hold as usual.
    /// </summary>
    /// <param name="builder">The host being built.</param>
    /// <param name="serviceName">The name to report when <c>OTEL_SERVICE_NAME</c> is not set.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, string serviceName)
        where TBuilder : IHostApplicationBuilder
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable]))
        {
            return builder;
        }

        // Server spans carry the HTTP attributes only with this switch off, and it is read once, early.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        // The frameworks' own sources and meters replace the instrumentation packages.
        var name = builder.Configuration[ServiceNameVariable] is { Length: > 0 } named ? named : serviceName;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(name, autoGenerateServiceInstanceId: !HasInstanceId(builder)))
            .WithTracing(tracing => tracing.AddSource("Microsoft.AspNetCore", "System.Net.Http", "Etcd.*"))
            .WithMetrics(metrics => metrics.AddMeter(
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "System.Net.Http",
                "System.Runtime",
                "Etcd.*"));
        OpenTelemetryBuilderOtlpExporterExtensions.UseOtlpExporter(builder.Services.AddOpenTelemetry());
        return builder;
    }

    // Aspire hands each replica its own service.instance.id; a generated one would override it.
    private static bool HasInstanceId(IHostApplicationBuilder builder) =>
        builder.Configuration["OTEL_RESOURCE_ATTRIBUTES"]?.Contains("service.instance.id=", StringComparison.Ordinal)
        == true;
}
