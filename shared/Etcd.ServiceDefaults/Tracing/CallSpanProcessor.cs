using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace Etcd.ServiceDefaults.Tracing;

/// <summary>
/// Gives the span of a request that was a gRPC call the name and attributes of Go's <c>otelgrpc</c>; drops all others.
/// Runs once a sampled request, before the span is queued for export.
/// </summary>
internal sealed class CallSpanProcessor : BaseProcessor<Activity>
{
    // Set by Grpc.AspNetCore: the path, and the number of the status as text.
    private const string MethodTag = "grpc.method";
    private const string StatusTag = "grpc.status_code";

    /// <summary>By number; those that are the server's fault make the span an error.</summary>
    private static readonly (string Name, bool IsError)[] Statuses =
    [
        ("OK", false), ("CANCELLED", false), ("UNKNOWN", true), ("INVALID_ARGUMENT", false),
        ("DEADLINE_EXCEEDED", true), ("NOT_FOUND", false), ("ALREADY_EXISTS", false), ("PERMISSION_DENIED", false),
        ("RESOURCE_EXHAUSTED", false), ("FAILED_PRECONDITION", false), ("ABORTED", false), ("OUT_OF_RANGE", false),
        ("UNIMPLEMENTED", true), ("INTERNAL", true), ("UNAVAILABLE", true), ("DATA_LOSS", true),
        ("UNAUTHENTICATED", false),
    ];

    /// <inheritdoc />
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.GetTagItem(MethodTag) is not string { Length: > 1 } path)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        var (status, isError) = int.TryParse(
            data.GetTagItem(StatusTag) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code < Statuses.Length
            ? Statuses[code]
            : Statuses[0];
        foreach (var tag in data.TagObjects.Where(static tag => tag.Key is not ("server.address" or "server.port"))
            .ToArray())
        {
            data.SetTag(tag.Key, null);
        }

        var name = path[1..];
        data.DisplayName = name;
        data.SetTag("rpc.system.name", "grpc");
        data.SetTag("rpc.method", name);
        data.SetTag("rpc.response.status_code", status);
        data.SetStatus(isError ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
    }
}
