using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etcd.Member.Json;

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

    /// <summary>Null when the text can be read, else why not: Go's words where it is no JSON.</summary>
    public static string? Check(string json)
    {
        var scanner = new GoJsonScanner();
        foreach (var value in Encoding.UTF8.GetBytes(json))
        {
            if (scanner.Next(value) == GoJsonScanner.Step.Failed)
            {
                return scanner.Error;
            }
        }

        return Parse(json) is null ? "unexpected end of JSON input" : null;
    }

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
