using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Etcd.ServiceDefaults.Health;

/// <summary>Health endpoints in the form of etcd's: <c>{"health":"true","reason":""}</c>.</summary>
public static class HealthEndpointExtensions
{
    /// <summary>Answers 200 while the service is healthy, else 503 with the reason.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as "/health".</param>
    /// <param name="probe">Gives null when healthy, else why not. Called per request, concurrently.</param>
    public static IEndpointConventionBuilder MapHealth(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        Func<CancellationToken, ValueTask<string?>> probe) =>
        endpoints.MapGet(pattern, async context =>
        {
            var reason = await probe(context.RequestAborted);
            await WriteAsync(context.Response, reason, context.RequestAborted);
        });

    /// <summary>Writes etcd's health document: 200 for a null reason, else 503.</summary>
    public static Task WriteAsync(HttpResponse response, string? reason, CancellationToken cancellationToken)
    {
        response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return response.WriteAsJsonAsync(
            new HealthDocument(reason is null ? "true" : "false", reason ?? ""),
            HealthJson.Default.HealthDocument,
            "application/json",
            cancellationToken);
    }
}
