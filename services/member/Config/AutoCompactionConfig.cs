using System.Globalization;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Config;

/// <summary>What automatic compaction keeps. Immutable.</summary>
/// <param name="Mode"><c>periodic</c> or <c>revision</c>.</param>
/// <param name="Period">Age that is kept in periodic mode; zero when off.</param>
/// <param name="Revisions">Revisions that are kept in revision mode; zero when off.</param>
internal sealed record AutoCompactionConfig(string Mode, TimeSpan Period, long Revisions)
{
    /// <summary>True when anything is compacted at all.</summary>
    public bool IsEnabled => Period > TimeSpan.Zero || Revisions > 0;

    /// <summary>Reads etcd's retention: a bare number is hours, or revisions.</summary>
    /// <returns>Null, or etcd's error text.</returns>
    public static string? Parse(string mode, string retention, out AutoCompactionConfig config)
    {
        config = new AutoCompactionConfig(mode, TimeSpan.Zero, 0);
        if (long.TryParse(retention, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= 0)
        {
            config = mode == "revision"
                ? config with { Revisions = number }
                : config with { Period = TimeSpan.FromHours(number) };
            return null;
        }

        if (!GoDuration.TryParse(retention, out var period))
        {
            return $"error parsing CompactionRetention: time: invalid duration \"{retention}\"";
        }

        config = mode == "revision"
            ? config with { Revisions = period.Ticks * 100 }
            : config with { Period = period };
        return null;
    }
}
