using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Etcd.ServiceDefaults.Tracing;

/// <summary>
/// Sends a span of each sampled gRPC call that the process serves to a collector, in the form of Go's gRPC
/// instrumentation. Without it no span is made.
/// </summary>
public static class CallTracing
{
    private const double Million = 1_000_000;

    /// <summary>Starts; what is returned sends the rest when it is disposed.</summary>
    public static IDisposable Start(CallTracingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Server spans carry the server's address only with this switch off, and it is read once, early.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        Sampler root = options.SamplesPerMillion == 0
            ? new AlwaysOffSampler()
            : new TraceIdRatioBasedSampler(options.SamplesPerMillion / Million);
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty()
                .AddEnvironmentVariableDetector()
                .AddService(
                    options.ServiceName,
                    autoGenerateServiceInstanceId: false,
                    serviceInstanceId: options.InstanceId.Length > 0 ? options.InstanceId : null))
            .SetSampler(new ParentBasedSampler(root))
            .AddSource("Microsoft.AspNetCore")
            .AddProcessor(new CallSpanProcessor())
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.Grpc;
                exporter.Endpoint = new Uri($"http://{options.Address}");
            })
            .Build();
    }
}
