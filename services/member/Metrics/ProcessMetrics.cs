using System.Diagnostics;
using Etcd.Member.Metrics.Exposition;

namespace Etcd.Member.Metrics;

/// <summary>Series of the process, as Prometheus' process collector has them.</summary>
internal static class ProcessMetrics
{
    /// <summary>Adds the families.</summary>
    public static void Add(MetricRegistry registry)
    {
        var started = Process.GetCurrentProcess().StartTime.ToUniversalTime();
        var start = new DateTimeOffset(started).ToUnixTimeMilliseconds();
        registry.CounterFrom(
            "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", ProcessFiles.CpuSeconds);
        registry.GaugeFrom("process_open_fds", "Number of open file descriptors.", () => ProcessFiles.Used());
        registry.GaugeFrom("process_max_fds", "Maximum number of open file descriptors.", () => ProcessFiles.Limit());
        registry.GaugeFrom(
            "process_resident_memory_bytes", "Resident memory size in bytes.", ProcessFiles.ResidentBytes);
        registry.GaugeFrom("process_virtual_memory_bytes", "Virtual memory size in bytes.", ProcessFiles.VirtualBytes);
        registry.GaugeFrom(
            "process_virtual_memory_max_bytes",
            "Maximum amount of virtual memory available in bytes.",
            () => ProcessFiles.VirtualLimitBytes() is var limit and >= 0 ? limit : ulong.MaxValue);
        registry.GaugeFrom(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            () => start / 1000.0);
        registry.CounterFrom(
            "process_network_receive_bytes_total",
            "Number of bytes received by the process over the network.",
            () => ProcessFiles.NetworkBytes().Received);
        registry.CounterFrom(
            "process_network_transmit_bytes_total",
            "Number of bytes sent by the process over the network.",
            () => ProcessFiles.NetworkBytes().Sent);
        registry.GaugeFrom("os_fd_used", "The number of used file descriptors.", () => ProcessFiles.Used());
        registry.GaugeFrom("os_fd_limit", "The file descriptor limit.", () => ProcessFiles.Limit());

        // The old dashboards divide by these; a thread plays the goroutine's part.
        registry.GaugeFrom(
            "go_goroutines", "Number of goroutines that currently exist.", () => ThreadPool.ThreadCount);
        registry.GaugeFrom(
            "go_memstats_alloc_bytes",
            "Number of bytes allocated and still in use.",
            () => GC.GetTotalMemory(forceFullCollection: false));
    }
}
