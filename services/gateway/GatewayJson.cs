using System.Text.Json.Serialization;

namespace Etcd.Gateway;

/// <summary>Serializer code made at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GatewayStatus))]
internal sealed partial class GatewayJson : JsonSerializerContext;
