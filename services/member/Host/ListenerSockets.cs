using System.Net;
using System.Net.Sockets;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Host;

/// <summary>
/// The sockets of all listeners, bound before anything else happens so that a taken port ends the start early.
/// Clients that connect before their server runs wait, as with etcd. Used by one thread.
/// </summary>
internal sealed class ListenerSockets : IDisposable
{
    /// <summary>As Linux caps it by default; connections beyond it are refused by the kernel.</summary>
    public const int Backlog = 4096;

    private readonly Dictionary<EndPoint, Socket> _sockets = [];
    private readonly bool _reusePort;

    /// <summary>Creates an empty set.</summary>
    /// <param name="reusePort">Set SO_REUSEPORT.</param>
    public ListenerSockets(bool reusePort) => _reusePort = reusePort;

    /// <summary>Binds the address of a URL.</summary>
    /// <exception cref="StartException">It cannot be bound; the text is etcd's.</exception>
    public EndPoint Bind(EtcdUrl url)
    {
        var endPoint = EndPointOf(url);
        var socket = new Socket(
            endPoint.AddressFamily, SocketType.Stream, url.IsUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            Prepare(socket, url, endPoint);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var network = url.IsUnix ? "unix" : "tcp";
            throw new StartException($"listen {network} {url.Address}: bind: {Describe(e)}");
        }

        _sockets.Add(endPoint, socket);
        return endPoint;
    }

    /// <summary>Hands over a bound socket; the server that asks owns it from now on.</summary>
    public Socket Take(EndPoint endPoint) => _sockets.Remove(endPoint, out var socket)
        ? socket
        : throw new InvalidOperationException($"no socket is bound to {endPoint}");

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _sockets.Clear();
    }

    private static EndPoint EndPointOf(EtcdUrl url)
    {
        if (url.IsUnix)
        {
            return new UnixDomainSocketEndPoint(url.Address);
        }

        var port = int.Parse(url.Port, System.Globalization.CultureInfo.InvariantCulture);
        return url.HostName == "localhost"
            ? new IPEndPoint(IPAddress.Loopback, port)
            : new IPEndPoint(IPAddress.Parse(url.HostName), port);
    }

    private static string Describe(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "cannot assign requested address",
        SocketError.AccessDenied => "permission denied",
        _ => error.Message,
    };

    private void Prepare(Socket socket, EtcdUrl url, EndPoint endPoint)
    {
        if (url.IsUnix)
        {
            // A socket file outlives its process; etcd removes it before it binds.
            File.Delete(url.Address);
            return;
        }

        if (endPoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        if (_reusePort)
        {
            const int solSocket = 1;
            const int soReusePort = 15;
            socket.SetRawSocketOption(solSocket, soReusePort, BitConverter.GetBytes(1));
        }
    }
}
