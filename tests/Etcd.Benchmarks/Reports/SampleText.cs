using System.Globalization;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Reports;

/// <summary>Samples in words.</summary>
internal static class SampleText
{
    /// <summary>On one line.</summary>
    public static string Brief(Workload workload, Sample sample) => sample.Seconds <= 0
        ? $"{Megabytes(sample.PeakMemoryBytes)} MB"
        : sample.DurationSeconds > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{sample.DurationSeconds * 1e3:F0} ms, p99 {Time(sample.P99Microseconds)}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{sample.OperationsPerSecond,9:N0} {workload.Operation}s/s, p50 {Time(sample.P50Microseconds)}, "
            + $"p99 {Time(sample.P99Microseconds)}, server {sample.ServerMicrosecondsPerOperation:F1} µs, "
            + $"client {sample.ClientMicrosecondsPerOperation:F1} µs a {workload.Operation}");

    /// <summary>All of it.</summary>
    public static string Describe(Workload workload, Sample sample)
    {
        string each = "a " + workload.Operation;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {workload.Name}: {sample.Operations} {workload.Operation}s in {sample.Seconds:F2} s, {sample.OperationsPerSecond:N0}/s
            latency  p50 {Time(sample.P50Microseconds)}  p90 {Time(sample.P90Microseconds)}
                     p99 {Time(sample.P99Microseconds)}  p99.9 {Time(sample.P999Microseconds)}
            server   {sample.ServerMicrosecondsPerOperation:F2} µs {each}, {sample.ServerCpuSeconds / sample.Seconds:P0} of a core
                     peak {Megabytes(sample.PeakMemoryBytes)} MB, disk {sample.DiskBytesPerOperation:F0} B {each}
            client   {sample.ClientMicrosecondsPerOperation:F2} µs {each}, {sample.ClientCpuSeconds / sample.Seconds:P0} of a core
            """);
    }

    /// <summary>A duration with its unit.</summary>
    public static string Time(double microseconds) => microseconds switch
    {
        < 1000 => microseconds.ToString("F0", CultureInfo.InvariantCulture) + " µs",
        < 100_000 => (microseconds / 1e3).ToString("F1", CultureInfo.InvariantCulture) + " ms",
        _ => (microseconds / 1e3).ToString("N0", CultureInfo.InvariantCulture) + " ms",
    };

    public static string Megabytes(double bytes) => (bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture);
}
