using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Etcd.Benchmarks.Reports;

/// <summary>Where and when something was measured.</summary>
/// <param name="Machine">Processor, cores, memory.</param>
/// <param name="System">Kernel and runtime.</param>
/// <param name="ReferenceVersion">The real etcd's.</param>
/// <param name="OurVersion">Ours, as it says itself.</param>
/// <param name="Commit">Ours.</param>
/// <param name="Date">The day, in UTC.</param>
/// <param name="Command">The arguments of the tool.</param>
internal sealed record Setting(
    string Machine, string System, string ReferenceVersion, string OurVersion, string Commit, string Date, string Command)
{
    public static Setting Now(string referenceVersion, string ourVersion)
    {
        string? model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        string? version = typeof(Setting).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string cores = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {memory} GiB");
        return new Setting(
            $"{model ?? "unknown processor"}, {cores}",
            $"Linux {Environment.OSVersion.Version.ToString(2)}, {RuntimeInformation.FrameworkDescription}",
            referenceVersion,
            ourVersion,
            version?.Split('+').ElementAtOrDefault(1)?[..10] ?? "unknown",
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            string.Join(' ', Environment.GetCommandLineArgs().Skip(1)));
    }
}
