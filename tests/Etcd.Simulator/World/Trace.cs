using System.Globalization;

namespace Etcd.Simulator.World;

/// <summary>Kinds of traced events; their numbers are part of the trace hash.</summary>
internal enum TraceKind
{
    Start, Crash, DiskFailure, Pause, Resume, Partition, Heal, Deliver, Lose, Synced, Apply, Leader, Invoke, Return,
    TimedOut, Install, Checkpoint, WatchOpen, WatchEvents, WatchEnd, Reconfigure, SlowDisk, Phase, Renewed, Link,
    DiskDamage, DiskFull, Refused, ClockJump, Restore, Alarm, Buggify,
}

/// <summary>
/// The run as a hash, and its last events as text. Two runs of one seed have the same hash, or something in them does
/// not come from the seed.
/// </summary>
internal sealed class Trace(Scheduler scheduler, int kept)
{
    private readonly (long Time, TraceKind Kind, ulong Who, long A, long B, string? Text)[] _ring =
        new (long, TraceKind, ulong, long, long, string?)[kept];
    private readonly long[] _counts = new long[Enum.GetValues<TraceKind>().Length];
    private long _count;

    /// <summary>FNV-1a over everything that was added.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    public void Add(TraceKind kind, ulong who, long a = 0, long b = 0, string? text = null)
    {
        Mix((ulong)scheduler.Now);
        Mix(((ulong)kind << 32) ^ who);
        Mix((ulong)a);
        Mix((ulong)b);
        _counts[(int)kind]++;
        _ring[_count++ % _ring.Length] = (scheduler.Now, kind, who, a, b, text);
    }

    /// <summary>How many events of a kind there were.</summary>
    public int Count(TraceKind kind) => (int)_counts[(int)kind];

    /// <summary>The last events, oldest first; deliveries and syncs are left out when <paramref name="brief"/>.
    /// </summary>
    public IEnumerable<string> Last(int count, bool brief)
    {
        List<string> lines = [];
        for (long i = _count - 1; i >= 0 && i >= _count - _ring.Length && lines.Count < count; i--)
        {
            (long time, TraceKind kind, ulong who, long a, long b, string? text) = _ring[i % _ring.Length];
            if (brief && kind is TraceKind.Deliver or TraceKind.Synced or TraceKind.Lose)
            {
                continue;
            }

            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"{time / 1e6,11:F6} {kind,-12} {who,5:x} {a} {b} {text}"));
        }

        lines.Reverse();
        return lines;
    }

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * 1099511628211);
}
