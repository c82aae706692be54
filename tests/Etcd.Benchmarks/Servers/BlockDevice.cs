using System.Globalization;

namespace Etcd.Benchmarks.Servers;

/// <summary>
/// The device under a folder, as the kernel counts it. A process's own count (<c>/proc/PID/io</c>) will not do: it
/// counts the whole of a large page-cache folio each time that a byte of it is overwritten, a hundred times too much
/// for a log that is filled with zeros first.
/// </summary>
/// <param name="statFile">The device's counters under <c>/sys</c>; null when no device is known.</param>
internal sealed class BlockDevice(string? statFile)
{
    private const int SectorBytes = 512;
    private const int SectorsWrittenField = 6;

    /// <summary>Stands for no device: counts nothing.</summary>
    public static BlockDevice None { get; } = new(null);

    /// <summary>Bytes written since the machine started, by everybody, the file system's journal included.</summary>
    public long WrittenBytes => statFile is null
        ? 0
        : SectorBytes * long.Parse(
            File.ReadAllText(statFile).Split(' ', StringSplitOptions.RemoveEmptyEntries)[SectorsWrittenField],
            CultureInfo.InvariantCulture);

    /// <summary>The device that holds a folder; one that counts nothing when that is none, as for a memory disk.</summary>
    public static BlockDevice Under(string directory)
    {
        string path = Path.GetFullPath(directory) + "/";

        // Fields of a line: id, parent, major:minor, root, mount point, and more.
        string[]? mount = File.ReadLines("/proc/self/mountinfo")
            .Select(static line => line.Split(' '))
            .Where(fields => path.StartsWith(fields[4].TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(static fields => fields[4].Length);
        string statFile = $"/sys/dev/block/{mount?[2]}/stat";
        return File.Exists(statFile) ? new BlockDevice(statFile) : None;
    }
}
