using System.Globalization;

namespace Etcd.Benchmarks.Servers;

/// <summary>What Linux tells about a process under <c>/proc</c>.</summary>
internal static class ProcessFiles
{
    // Fields 14 and 15 of stat count in hundredths of a second on every Linux that .NET runs on.
    private const double ClockTicksPerSecond = 100;

    public static ServerUsage Usage(int processId)
    {
        // The name in parentheses may hold spaces; what follows it may not.
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double cpu = (Number(fields[11]) + Number(fields[12])) / ClockTicksPerSecond;
        return new ServerUsage(cpu, 1024 * Line($"/proc/{processId}/status", "VmHWM:"), DiskBytes: 0);
    }

    /// <summary>Makes the present resident size the highest one.</summary>
    public static void ResetPeakMemory(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private static long Line(string file, string label)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(label, StringComparison.Ordinal));
        return Number(line[label.Length..].Replace("kB", "", StringComparison.Ordinal));
    }

    private static long Number(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
