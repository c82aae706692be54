using System.Net;
using System.Net.Sockets;

namespace Etcd.Testing;

/// <summary>
/// Free ports of the loopback address, below the range that outgoing connections take theirs from. A process gets no
/// port twice: asking the kernel for port 0 again and again may give the same one again.
/// </summary>
public static class FreePorts
{
    private const int First = 18_000;
    private const int Count = 12_000;

    private static int _next = Environment.ProcessId * 61 % Count;

    /// <summary>A port that nobody listens on.</summary>
    public static int Take()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            int port = First + (Interlocked.Increment(ref _next) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's; the next one may be free.
                continue;
            }
        }

        throw new InvalidOperationException("no free port");
    }
}
