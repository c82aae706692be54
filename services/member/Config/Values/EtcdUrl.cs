using System.Net;

namespace Etcd.Member.Config.Values;

/// <summary>A URL of a listener or a member, as etcd's <c>types.URLs</c> holds it. Immutable.</summary>
/// <param name="Scheme"><c>http</c>, <c>https</c>, <c>unix</c> or <c>unixs</c>.</param>
/// <param name="Host">Host and port as given; for unix sockets what follows <c>unix://</c> up to a slash.</param>
/// <param name="Path">Only for unix sockets: the rest of the address from its first slash on.</param>
internal sealed record EtcdUrl(string Scheme, string Host, string Path)
{
    /// <summary>True for <c>unix</c> and <c>unixs</c>.</summary>
    public bool IsUnix => Scheme is "unix" or "unixs";

    /// <summary>True for the schemes that ask for TLS.</summary>
    public bool IsSecure => Scheme is "https" or "unixs";

    /// <summary>Address to bind or dial: <c>host:port</c>, or the socket's path.</summary>
    public string Address => IsUnix ? Host + Path : Host;

    /// <summary>Host without port and without brackets.</summary>
    public string HostName => HostPort.TrySplit(Host, out var host, out _, out _) ? host : Host;

    /// <summary>Port as text; empty when there is none.</summary>
    public string Port => HostPort.TrySplit(Host, out _, out var port, out _) ? port : "";

    /// <summary>True when the host is an IP address or <c>localhost</c>: only those can be bound.</summary>
    public bool IsBindable => IsUnix || HostName is "localhost" || IPAddress.TryParse(HostName, out _);

    /// <inheritdoc />
    public override string ToString() => $"{Scheme}://{Host}{Path}";
}
