using System.Text.Json.Serialization;

namespace Etcd.Member.Peers;

/// <summary>The answer of <c>GET /version</c>.</summary>
internal sealed record VersionsJson
{
    /// <summary>Version of the server.</summary>
    [JsonPropertyName("etcdserver")]
    public string Server { get; init; } = "";

    /// <summary>Version of the cluster.</summary>
    [JsonPropertyName("etcdcluster")]
    public string Cluster { get; init; } = "";
}
