using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Limits;

/// <summary>The loopback interface on its own.</summary>
internal static class Loopback
{
    /// <summary>Sends a byte to another thread and back, over and over.</summary>
    /// <returns>Microseconds of a round trip: the median and what one in a hundred exceeds.</returns>
    public static (double P50Microseconds, double P99Microseconds) RoundTrip(TimeSpan duration)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndpoint);
        using Socket far = listener.AcceptSocket();
        far.NoDelay = true;
        var echo = new Thread(() => Echo(far)) { IsBackground = true, Name = "loopback" };
        echo.Start();
        var latency = new LatencyHistogram();
        byte[] one = new byte[1];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            long before = Stopwatch.GetTimestamp();
            _ = near.Send(one);
            if (near.Receive(one) == 0)
            {
                throw new IOException("the other end of the loopback connection closed");
            }

            latency.Record((long)Stopwatch.GetElapsedTime(before).TotalNanoseconds);
        }

        near.Shutdown(SocketShutdown.Send);
        echo.Join();
        return (latency.Quantile(0.5) / 1e3, latency.Quantile(0.99) / 1e3);
    }

    private static void Echo(Socket socket)
    {
        byte[] one = new byte[1];
        while (socket.Receive(one) > 0)
        {
            _ = socket.Send(one);
        }
    }
}
