using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Etcd.Member.Json;

/// <summary>
/// The metadata that a call gets from the headers of its HTTP request (grpc-gateway's <c>context.go</c>).
/// </summary>
internal static class CallMetadata
{
    private const string Prefix = "Grpc-Metadata-";
    private const string GatewayPrefix = "grpcgateway-";
    private const string Timeout = "Grpc-Timeout";

    /// <summary>gRPC's own limit.</summary>
    private const int MaxTimeoutDigits = 8;

    /// <summary>Headers that HTTP itself defines: they arrive under a prefix, as from etcd's gateway.</summary>
    private static readonly FrozenSet<string> Permanent = FrozenSet.ToFrozenSet(
        [
            "Accept", "Accept-Charset", "Accept-Language", "Accept-Ranges", "Authorization", "Cache-Control",
            "Content-Type", "Cookie", "Date", "Expect", "From", "Host", "If-Match", "If-Modified-Since",
            "If-None-Match", "If-Schedule-Tag-Match", "If-Unmodified-Since", "Max-Forwards", "Origin", "Pragma",
            "Referer", "User-Agent", "Via", "Warning",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the headers; the second is why they are refused, else null.</summary>
    public static (IHeaderDictionary Metadata, JsonFailure? Failure) Of(HttpRequest request)
    {
        IHeaderDictionary metadata = new HeaderDictionary();
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                Add(metadata, name[Prefix.Length..].ToLowerInvariant(), values);
            }
            else if (Permanent.Contains(name))
            {
                Add(metadata, GatewayPrefix + name.ToLowerInvariant(), values);
            }
        }

        if (request.Headers.Authorization is { Count: > 0 } authorization)
        {
            metadata.Authorization = authorization;
        }

        var timeout = request.Headers[Timeout].ToString();
        if (timeout.Length == 0)
        {
            return (metadata, null);
        }

        // The library's clock ticks in 100 ns and takes less for no deadline at all.
        metadata["grpc-timeout"] = timeout.EndsWith('n') && timeout.Length < 4 ? "1u" : timeout;
        return (metadata, IsTimeout(timeout) ? null : JsonFailure.Invalid($"invalid grpc-timeout: {timeout}"));
    }

    /// <summary>Metadata of gRPC's own would change how the call is read.</summary>
    private static void Add(IHeaderDictionary metadata, string name, StringValues values)
    {
        if (name.Length > 0 && name[0] != ':' && name is not ("content-type" or "te")
            && !name.StartsWith("grpc-", StringComparison.Ordinal))
        {
            metadata[name] = values;
        }
    }

    private static bool IsTimeout(string text) =>
        text.Length is > 1 and <= MaxTimeoutDigits + 1
        && text[^1] is 'H' or 'M' or 'S' or 'm' or 'u' or 'n'
        && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
