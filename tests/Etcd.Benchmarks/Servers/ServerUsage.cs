namespace Etcd.Benchmarks.Servers;

/// <summary>What the members of a server have used so far, or within a stretch of time.</summary>
/// <param name="CpuSeconds">Processor time in user and system mode.</param>
/// <param name="PeakMemoryBytes">Highest resident size since the last reset; a level, not a count.</param>
/// <param name="DiskBytes">Bytes written to the device under their data, by anybody.</param>
internal readonly record struct ServerUsage(double CpuSeconds, long PeakMemoryBytes, long DiskBytes)
{
    public static ServerUsage operator +(ServerUsage a, ServerUsage b) =>
        new(a.CpuSeconds + b.CpuSeconds, a.PeakMemoryBytes + b.PeakMemoryBytes, a.DiskBytes + b.DiskBytes);

    public static ServerUsage Add(ServerUsage left, ServerUsage right) => left + right;

    public ServerUsage Since(ServerUsage before) =>
        new(CpuSeconds - before.CpuSeconds, PeakMemoryBytes, DiskBytes - before.DiskBytes);
}
