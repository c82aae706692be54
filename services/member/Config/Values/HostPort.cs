namespace Etcd.Member.Config.Values;

/// <summary>Splits <c>host:port</c> as Go's <c>net.SplitHostPort</c> does, with its error texts.</summary>
internal static class HostPort
{
    /// <summary>Splits an address; IPv6 hosts stand in brackets, which are dropped.</summary>
    public static bool TrySplit(string address, out string host, out string port, out string error)
    {
        host = port = error = "";
        var colon = address.LastIndexOf(':');
        if (colon < 0)
        {
            return Fail(address, "missing port in address", out error);
        }

        if (address.StartsWith('['))
        {
            var end = address.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
            {
                return Fail(address, "missing ']' in address", out error);
            }

            if (end + 1 != colon)
            {
                return Fail(
                    address,
                    end + 1 == address.Length ? "missing port in address" : "too many colons in address",
                    out error);
            }

            host = address[1..end];
        }
        else
        {
            host = address[..colon];
            if (host.Contains(':', StringComparison.Ordinal))
            {
                return Fail(address, "too many colons in address", out error);
            }
        }

        port = address[(colon + 1)..];
        return true;
    }

    private static bool Fail(string address, string reason, out string error)
    {
        error = $"address {address}: {reason}";
        return false;
    }
}
