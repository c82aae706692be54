using System.Net.Sockets;

namespace Etcd.Member.Host;

/// <summary>Tells systemd that the service is ready (<c>sd_notify</c>).</summary>
internal static class SystemdNotifier
{
    /// <summary>Sends a state to the socket that <c>NOTIFY_SOCKET</c> names; nothing happens without one.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public static string? Notify(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the abstract name space.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
            socket.Send(System.Text.Encoding.UTF8.GetBytes(state));
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }
}
