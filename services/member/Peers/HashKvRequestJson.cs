using System.Text.Json.Serialization;

namespace Etcd.Member.Peers;

/// <summary>The body of <c>GET /members/hashkv</c>.</summary>
internal sealed record HashKvRequestJson
{
    /// <summary>Revision to hash up to; 0 for the newest.</summary>
    [JsonPropertyName("revision")]
    public long Revision { get; init; }
}
