using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>The environment of a child: what Aspire sets for every project, then what the app host says.</summary>
internal static class ResourceEnvironment
{
    public static Dictionary<string, string> Of(IResource resource)
    {
        var variables = new Dictionary<string, object>(StringComparer.Ordinal);
        if (resource is ProjectResource)
        {
            variables["DOTNET_ENVIRONMENT"] = "Development";
            variables["ASPNETCORE_ENVIRONMENT"] = "Development";
            variables["OTEL_SERVICE_NAME"] = resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}";
            AddExporter(variables);
        }

        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            callback.Callback(variables);
        }

        return variables.ToDictionary(pair => pair.Key, pair => pair.Value.ToString() ?? string.Empty);
    }

    /// <summary>Telemetry goes where the app host's own environment says; without that, nowhere.</summary>
    private static void AddExporter(Dictionary<string, object> variables)
    {
        string? endpoint = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")
            ?? Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL");
        if (endpoint is null)
        {
            return;
        }

        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] =
            Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "grpc";
        variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
    }
}
