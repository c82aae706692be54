using System.Globalization;

namespace Etcd.Member.Peers;

/// <summary>Ids as etcd writes them: lower-case hexadecimal without padding.</summary>
internal static class MemberIds
{
    /// <summary>The text of an id.</summary>
    public static string Text(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Reads an id; false when the text is none.</summary>
    public static bool TryParse(string? text, out ulong id) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
}
