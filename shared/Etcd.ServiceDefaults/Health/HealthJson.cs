using System.Text.Json.Serialization;

namespace Etcd.ServiceDefaults.Health;

/// <summary>Serializer code made at build time.</summary>
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HealthJson : JsonSerializerContext;
