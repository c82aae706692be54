using System.Globalization;

namespace Etcd.Member.Metrics;

/// <summary>What Linux tells about this process under <c>/proc/self</c>; zeros elsewhere. Thread-safe.</summary>
internal static class ProcessFiles
{
    /// <summary>Kernel clock ticks of a second, fixed in the interface to user space.</summary>
    private const double TicksPerSecond = 100;

    private const int PageBytes = 4096;

    /// <summary>Open file descriptors.</summary>
    public static int Used() => TryRead(() => Directory.GetFileSystemEntries("/proc/self/fd").Length);

    /// <summary>Most file descriptors that may be open.</summary>
    public static long Limit() => TryRead(() => LimitOf("Max open files"));

    /// <summary>Most virtual memory; -1 for no limit.</summary>
    public static double VirtualLimitBytes() => TryRead(() => (double)LimitOf("Max address space"));

    /// <summary>Processor seconds, user and system.</summary>
    public static double CpuSeconds() => TryRead(() => (Stat(13) + Stat(14)) / TicksPerSecond);

    /// <summary>Virtual memory.</summary>
    public static double VirtualBytes() => TryRead(() => Stat(22));

    /// <summary>Resident memory.</summary>
    public static double ResidentBytes() => TryRead(() => Stat(23) * PageBytes);

    /// <summary>Bytes that the network namespace received and sent, loopback left out as the collector has
    /// it.</summary>
    public static (double Received, double Sent) NetworkBytes() => TryRead(() =>
    {
        var fields = Fields("/proc/self/net/netstat", "IpExt:");
        return (fields.GetValueOrDefault("InOctets"), fields.GetValueOrDefault("OutOctets"));
    });

    private static double Stat(int index)
    {
        // The second field is a name in parentheses that may hold anything, so counting starts behind it.
        var text = File.ReadAllText("/proc/self/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return double.Parse(fields[index - 2], CultureInfo.InvariantCulture);
    }

    private static long LimitOf(string name)
    {
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith(name, StringComparison.Ordinal));
        var soft = line[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : -1;
    }

    private static Dictionary<string, double> Fields(string file, string prefix)
    {
        var lines = File.ReadLines(file).Where(l => l.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        var names = lines[0].Split(' ');
        var values = lines[1].Split(' ');
        return names.Zip(values).Skip(1).ToDictionary(
            pair => pair.First,
            pair => double.Parse(pair.Second, CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
    }

    private static TValue TryRead<TValue>(Func<TValue> read)
        where TValue : struct
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException
            or IndexOutOfRangeException or FormatException)
        {
            return default;
        }
    }
}
