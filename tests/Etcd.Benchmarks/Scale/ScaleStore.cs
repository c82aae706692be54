using System.Text.Json;
using Etcd.Benchmarks.Cli;
using Etcd.Benchmarks.Limits;

namespace Etcd.Benchmarks.Scale;

/// <summary>Keeps the newest figures of each step, and of the machine's limits, so that a long run can be made in parts.</summary>
internal static class ScaleStore
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    private static string Folder => Path.Combine(Repository.Artifacts, "scale");

    private static string LimitsFile => Path.Combine(Folder, "limits.json");

    public static void Save(ScalePoint point)
    {
        Directory.CreateDirectory(Folder);
        string name = FormattableString.Invariant($"{point.Dimension}-{point.At}.json");
        File.WriteAllText(Path.Combine(Folder, name), JsonSerializer.Serialize(point, Options));
    }

    public static void Save(PhysicalLimits limits)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(LimitsFile, JsonSerializer.Serialize(limits, Options));
    }

    /// <summary>The points of a dimension, ascending.</summary>
    public static IReadOnlyList<ScalePoint> Load(ScaleDimension dimension) => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateFiles(Folder, dimension.Name + "-*.json").Select(Read<ScalePoint>)
            .OrderBy(static point => point.At)];

    /// <summary>The machine's limits; null when they were not measured.</summary>
    public static PhysicalLimits? LoadLimits() => File.Exists(LimitsFile) ? Read<PhysicalLimits>(LimitsFile) : null;

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(File.ReadAllText(file), Options)
        ?? throw new InvalidOperationException($"{file} holds nothing");
}
