using System.Text.Json.Serialization;

namespace Etcd.Member.Peers;

/// <summary>The answer of <c>GET /members/hashkv</c>, as Go writes <c>HashKVResponse</c>.</summary>
internal sealed record HashKvJson
{
    /// <summary>Header of the answer.</summary>
    [JsonPropertyName("header")]
    public HeaderJson Header { get; init; } = new();

    /// <summary>The hash.</summary>
    [JsonPropertyName("hash")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint Hash { get; init; }

    /// <summary>Compaction revision at which it was made.</summary>
    [JsonPropertyName("compact_revision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CompactRevision { get; init; }

    /// <summary>The header's only field here.</summary>
    internal sealed record HeaderJson
    {
        /// <summary>Revision of the store.</summary>
        [JsonPropertyName("revision")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public long Revision { get; init; }
    }
}
