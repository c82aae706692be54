using System.Globalization;

namespace Etcd.StateMachine.Membership;

/// <summary>A release number, as the cluster version and the server versions are written. Immutable.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
public readonly record struct ClusterVersion(int Major, int Minor, int Patch) : IComparable<ClusterVersion>
{
    /// <summary>Parses <c>X.Y.Z</c>; a pre-release or build suffix is accepted and dropped.</summary>
    /// <param name="text">The text; null does not parse.</param>
    /// <param name="version">The version, or the default.</param>
    public static bool TryParse(string? text, out ClusterVersion version)
    {
        version = default;
        if (text is null)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text.AsSpan();
        int suffix = rest.IndexOfAny('-', '+');
        if (suffix >= 0)
        {
            rest = rest[..suffix];
        }

        Span<Range> parts = stackalloc Range[4];
        if (rest.Split(parts, '.') != 3
            || !TryNumber(rest[parts[0]], out int major)
            || !TryNumber(rest[parts[1]], out int minor)
            || !TryNumber(rest[parts[2]], out int patch))
        {
            return false;
        }

        version = new ClusterVersion(major, minor, patch);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ClusterVersion other)
    {
        int order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        return order != 0 ? order : Patch.CompareTo(other.Patch);
    }

    /// <summary>True when the left version is older.</summary>
    public static bool operator <(ClusterVersion left, ClusterVersion right) => left.CompareTo(right) < 0;

    /// <summary>True when the left version is older or equal.</summary>
    public static bool operator <=(ClusterVersion left, ClusterVersion right) => left.CompareTo(right) <= 0;

    /// <summary>True when the left version is newer.</summary>
    public static bool operator >(ClusterVersion left, ClusterVersion right) => left.CompareTo(right) > 0;

    /// <summary>True when the left version is newer or equal.</summary>
    public static bool operator >=(ClusterVersion left, ClusterVersion right) => left.CompareTo(right) >= 0;

    /// <summary>The two numbers that decide about compatibility: <c>X.Y</c>.</summary>
    public string ToMajorMinor() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>The form in which etcd stores it: <c>X.Y.Z</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    private static bool TryNumber(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
