using System.Text.Json;
using Etcd.Benchmarks.Cli;

namespace Etcd.Benchmarks.Reports;

/// <summary>Keeps the newest result of each case as a file, so that a long comparison can be made in parts.</summary>
internal static class ResultStore
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    private static string Folder => Path.Combine(Repository.Artifacts, "results");

    public static void Save(Result result)
    {
        Directory.CreateDirectory(Folder);
        string name = FormattableString.Invariant(
            $"{result.Workload}-{result.Clients}c-{result.Members}m-{result.ValueBytes}b{Keys(result)}.json");
        File.WriteAllText(Path.Combine(Folder, name), JsonSerializer.Serialize(result, Options));
    }

    private static string Keys(Result result) =>
        result.StoredKeys is { } keys ? FormattableString.Invariant($"-{keys}k") : "";

    public static IReadOnlyList<Result> Load() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateFiles(Folder, "*.json").Select(static file =>
            JsonSerializer.Deserialize<Result>(File.ReadAllText(file), Options)
                ?? throw new InvalidOperationException($"{file} holds no result"))];
}
