using System.Text.Json;
using System.Text.Json.Serialization;

namespace Etcd.Member.Config;

/// <summary>When log files are rotated (etcd's <c>--log-rotation-config-json</c>). Immutable.</summary>
internal sealed record LogRotationConfig
{
    /// <summary>Size in MB at which a new file starts; 0 means 100.</summary>
    [JsonPropertyName("maxsize")]
    public int MaxSizeMegabytes { get; init; }

    /// <summary>Days after which old files are removed; 0 keeps them.</summary>
    [JsonPropertyName("maxage")]
    public int MaxAgeDays { get; init; }

    /// <summary>Old files to keep; 0 keeps all.</summary>
    [JsonPropertyName("maxbackups")]
    public int MaxBackups { get; init; }

    /// <summary>File names carry local time instead of UTC.</summary>
    [JsonPropertyName("localtime")]
    public bool LocalTime { get; init; }

    /// <summary>Old files are compressed.</summary>
    [JsonPropertyName("compress")]
    public bool Compress { get; init; }

    /// <summary>Reads the JSON text; null when it is none.</summary>
    public static LogRotationConfig? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<LogRotationConfig>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
