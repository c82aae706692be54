using System.Text.Json.Serialization;

namespace Etcd.ServiceDefaults.Health;

/// <summary>The body of a health answer; "health" is text, as etcd sends it.</summary>
internal sealed record HealthDocument(
    [property: JsonPropertyName("health")] string Health,
    [property: JsonPropertyName("reason")] string Reason);
