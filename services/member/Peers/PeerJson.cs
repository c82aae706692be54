using System.Text.Json.Serialization;

namespace Etcd.Member.Peers;

/// <summary>JSON code made at build time.</summary>
[JsonSerializable(typeof(MemberJson[]))]
[JsonSerializable(typeof(HashKvJson))]
[JsonSerializable(typeof(HashKvRequestJson))]
[JsonSerializable(typeof(VersionsJson))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class PeerJson : JsonSerializerContext;
