using System.Globalization;
using System.Text;

namespace Etcd.Member.Config.Values;

/// <summary>
/// Go's duration syntax (<c>1h30m</c>, <c>100ms</c>, <c>-2.5s</c>), as <c>time.ParseDuration</c> reads it and
/// <c>time.Duration.String</c> writes it. The resolution is .NET's tick of 100 ns: finer parts are cut.
/// </summary>
internal static class GoDuration
{
    /// <summary>Nanoseconds of each unit. The micro sign has two code points; Go takes both.</summary>
    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1_000m), ("\u00b5s", 1_000m), ("\u03bcs", 1_000m), ("ms", 1_000_000m),
        ("s", 1_000_000_000m), ("m", 60_000_000_000m), ("h", 3_600_000_000_000m),
    ];

    /// <summary>Reads a duration; false when <paramref name="text"/> is not one or exceeds 290 years.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var rest = text.AsSpan();
        var negative = false;
        if (rest.Length > 0 && rest[0] is '-' or '+')
        {
            negative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var nanoseconds = 0m;
        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out var part))
            {
                return false;
            }

            nanoseconds += part;
            if (nanoseconds > long.MaxValue)
            {
                return false;
            }
        }

        value = TimeSpan.FromTicks((long)(nanoseconds / 100m) * (negative ? -1 : 1));
        return true;
    }

    /// <summary>The text that Go prints: <c>1h0m0s</c>, <c>100ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var sign = value < TimeSpan.Zero ? "-" : "";
        var ticks = Math.Abs((decimal)value.Ticks);
        if (ticks < TimeSpan.TicksPerSecond)
        {
            return ticks >= TimeSpan.TicksPerMillisecond
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{sign}{ticks / TimeSpan.TicksPerMillisecond:0.######}ms")
                : ticks >= TimeSpan.TicksPerMicrosecond
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"{sign}{ticks / TimeSpan.TicksPerMicrosecond:0.###}\u00b5s")
                    : string.Create(CultureInfo.InvariantCulture,
                        $"{sign}{ticks * TimeSpan.NanosecondsPerTick:0}ns");
        }

        var text = new StringBuilder(sign);
        var hours = decimal.Truncate(ticks / TimeSpan.TicksPerHour);
        var minutes = decimal.Truncate(ticks % TimeSpan.TicksPerHour / TimeSpan.TicksPerMinute);
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        var seconds = ticks % TimeSpan.TicksPerMinute / TimeSpan.TicksPerSecond;
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#########}s").ToString();
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        var length = 0;
        while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '.'))
        {
            length++;
        }

        var number = rest[..length];
        if (length == 0 || number is "." || !decimal.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            return false;
        }

        rest = rest[length..];
        var unitLength = 0;
        while (unitLength < rest.Length && rest[unitLength] != '.' && !char.IsAsciiDigit(rest[unitLength]))
        {
            unitLength++;
        }

        var unit = rest[..unitLength];
        rest = rest[unitLength..];
        foreach (var (name, scale) in Units)
        {
            if (!unit.SequenceEqual(name))
            {
                continue;
            }

            if (amount > long.MaxValue / scale)
            {
                return false;
            }

            nanoseconds = amount * scale;
            return true;
        }

        return false;
    }
}
