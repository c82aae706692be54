using System.Globalization;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Config.Flags;

/// <summary>Checks and reads flag values with the error texts of Go's <c>flag</c> package.</summary>
internal static class FlagValue
{
    /// <summary>Null when <paramref name="text"/> is a value of the flag, else the reason.</summary>
    public static string? Check(FlagDefinition flag, string text) => flag.Kind switch
    {
        FlagKind.Bool => TryParseBool(text, out _) ? null : "parse error",
        FlagKind.UInt => CheckUnsigned(text),
        FlagKind.UInt32 => CheckUInt32(text),
        FlagKind.Int => CheckSigned(text),
        FlagKind.Duration => GoDuration.TryParse(text, out _) ? null : "parse error",
        FlagKind.Urls => EtcdUrls.Parse(text, out _),
        FlagKind.UrlsOrStar => text is "*" or "" ? null : EtcdUrls.Parse(text, out _),
        FlagKind.Choice => CheckChoice(flag, text),
        FlagKind.FeatureGates => FeatureGates.Parse(text, new Dictionary<string, bool>(StringComparer.Ordinal)),
        _ => null,
    };

    /// <summary>Go's <c>strconv.ParseBool</c>.</summary>
    public static bool TryParseBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    /// <summary>Reads a number in Go's base-0 syntax: decimal, <c>0x</c>, <c>0o</c>, <c>0b</c>, underscores.</summary>
    /// <returns>Null, or <c>parse error</c> or <c>value out of range</c>.</returns>
    public static string? ParseUnsigned(string text, out ulong value)
    {
        value = 0;
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (digits.Length > 2 && digits[0] == '0' && char.ToLowerInvariant(digits[1]) == 'x')
        {
            return ulong.TryParse(
                digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
                ? null
                : "parse error";
        }

        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
        {
            return "parse error";
        }

        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? null
            : "value out of range";
    }

    /// <summary>As <see cref="ParseUnsigned"/>, with a sign.</summary>
    public static string? ParseSigned(string text, out long value)
    {
        value = 0;
        var negative = text.StartsWith('-');
        var error = ParseUnsigned(text.StartsWith('+') || negative ? text[1..] : text, out var magnitude);
        if (error is not null)
        {
            return error;
        }

        var limit = negative ? (ulong)long.MaxValue + 1 : (ulong)long.MaxValue;
        if (magnitude > limit)
        {
            return "value out of range";
        }

        value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        return null;
    }

    private static string? CheckUnsigned(string text) => ParseUnsigned(text, out _);

    private static string? CheckSigned(string text) => ParseSigned(text, out _);

    private static string? CheckUInt32(string text)
    {
        var error = ParseUnsigned(text, out var value);
        return error switch
        {
            null when value <= uint.MaxValue => null,
            "parse error" => $"strconv.ParseUint: parsing \"{text}\": invalid syntax",
            _ => $"strconv.ParseUint: parsing \"{text}\": value out of range",
        };
    }

    private static string? CheckChoice(FlagDefinition flag, string text)
    {
        if (flag.Choices.Contains(text, StringComparer.Ordinal))
        {
            return null;
        }

        // etcd has two enumeration types; only the one of v2-deprecation repeats the value in its message.
        return flag.Name == "v2-deprecation" ? $"invalid value \"{text}\"" : "invalid value";
    }
}
