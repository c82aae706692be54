using System.Globalization;
using System.Net;

namespace Etcd.ServiceDefaults.Discovery;

/// <summary>Reads addresses to listen on.</summary>
public static class ListenAddress
{
    /// <summary>
    /// Reads plaintext addresses separated by commas or semicolons: <c>http://127.0.0.1:2379</c>,
    /// <c>http://localhost:2379</c> (the IPv4 loopback address), <c>http://*:2379</c> (every address), <c>:2379</c>.
    /// </summary>
    /// <exception cref="FormatException">One is wrong or there is none; the message names the source.</exception>
    public static IReadOnlyList<IPEndPoint> ParseList(string list, string source)
    {
        var endPoints = list.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(address => Parse(address, source))
            .Distinct()
            .ToArray();
        return endPoints.Length > 0 ? endPoints : throw new FormatException($"{source}: the list is empty");
    }

    private static IPEndPoint Parse(string address, string source)
    {
        var rest = address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? address[7..] : address;
        rest = rest.TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (rest.Contains('/', StringComparison.Ordinal)
            || colon < 0
            || !ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new FormatException($"{source}: \"{address}\" is not of the form http://host:port");
        }

        var host = rest[..colon];
        return host switch
        {
            "" or "*" or "+" => new IPEndPoint(IPAddress.Any, port),
            "localhost" => new IPEndPoint(IPAddress.Loopback, port),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var ip) => new IPEndPoint(ip, port),
            _ => throw new FormatException($"{source}: \"{host}\" is not an IP address, \"localhost\" or \"*\""),
        };
    }
}
