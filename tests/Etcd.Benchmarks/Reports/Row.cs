using System.Globalization;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>A case as cells of a table: medians over the rounds, etcd's before ours.</summary>
internal static class Row
{
    public static readonly string[] Header =
    [
        "work", "clients", "members", "etcd", "ours", "ratio", "target", "p50", "p90", "p99", "p99.9", "server µs/op",
        "client µs/op", "peak MB", "disk B/op",
    ];

    private const string Missing = "–";

    public static string[] Cells(Result result)
    {
        Workload? workload = Catalog.Find(result.Workload, result.StoredKeys);
        Target target = workload is null ? new Target(Metric.Throughput, null) : TargetsOf(workload, result).First();
        double? ratio = result.Ratio(target.Metric);
        return
        [
            workload?.Summary ?? result.Workload,
            Number(result.Clients),
            Number(result.Members),
            Value(result.Reference, target.Metric),
            Value(result.Ours, target.Metric),
            Ratio(ratio),
            target.Ratio is null ? target.Verdict(ratio) : $"{target} {target.Verdict(ratio)}",
            Pair(result, static sample => sample.P50Microseconds, SampleText.Time),
            Pair(result, static sample => sample.P90Microseconds, SampleText.Time),
            Pair(result, static sample => sample.P99Microseconds, SampleText.Time),
            Pair(result, static sample => sample.P999Microseconds, SampleText.Time),
            Pair(result, static sample => sample.ServerMicrosecondsPerOperation, OneDigit),
            Pair(result, static sample => sample.ClientMicrosecondsPerOperation, OneDigit),
            Pair(result, static sample => sample.PeakMemoryBytes, SampleText.Megabytes),
            Pair(result, static sample => sample.DiskBytesPerOperation, Number),
        ];
    }

    /// <summary>Each target of a case: what, ratio, aim, whether it is met.</summary>
    public static IEnumerable<string[]> Targets(Result result)
    {
        Workload? workload = Catalog.Find(result.Workload, result.StoredKeys);
        foreach (Target target in workload is null ? [] : TargetsOf(workload, result))
        {
            double? ratio = result.Ratio(target.Metric);
            yield return
            [
                workload!.Summary, // The loop has no turn without one.
                Number(result.Clients),
                Number(result.Members),
                Name(target.Metric),
                Ratio(ratio),
                target.ToString(),
                target.Verdict(ratio),
            ];
        }
    }

    // The targets are those of a workload as it is meant, not of a short form with small stores.
    private static IEnumerable<Target> TargetsOf(Workload workload, Result result) => result.StoredKeys is null
        ? workload.TargetsFor(result.Clients)
        : workload.TargetsFor(result.Clients).Select(static target => target with { Ratio = null });

    private static string Value(IReadOnlyList<Sample> samples, Metric metric)
    {
        return Result.Median(samples.Select(sample => sample.Value(metric))) is not { } median ? Missing : metric switch
        {
            Metric.Throughput => Number(median) + "/s",
            Metric.Duration => SampleText.Time(median * 1e6),
            Metric.PeakMemory => SampleText.Megabytes(median) + " MB",
            Metric.DiskBytes => Number(median) + " B",
            _ => SampleText.Time(median),
        };
    }

    private static string Ratio(double? ratio) => ratio?.ToString("F2", CultureInfo.InvariantCulture) ?? Missing;

    private static string Name(Metric metric) => metric switch
    {
        Metric.Throughput => "throughput",
        Metric.MedianLatency => "p50",
        Metric.TailLatency => "p99",
        Metric.Duration => "time",
        Metric.PeakMemory => "peak memory",
        _ => "disk bytes",
    };

    private static string Pair(Result result, Func<Sample, double> value, Func<double, string> text) =>
        $"{text(Result.Median(result.Reference.Select(value)))} / {text(Result.Median(result.Ours.Select(value)))}";

    private static string OneDigit(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
