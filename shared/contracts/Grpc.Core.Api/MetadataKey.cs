using System.Buffers;

namespace Grpc.Core;

/// <summary>The rules for metadata keys: lower case, digits, dot, dash, underscore.</summary>
internal static class MetadataKey
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsBinary(string key) => key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal);

    public static string Normalize(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var lower = key.ToLowerInvariant();
        if (lower.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException(
                "Metadata entry key not valid. Keys can only contain lowercase alphanumeric characters, "
                + "underscores, hyphens and dots.",
                nameof(key));
        }

        return lower;
    }
}
