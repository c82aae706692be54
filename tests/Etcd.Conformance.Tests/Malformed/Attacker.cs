using System.Net;
using System.Net.Sockets;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Carries out attacks, each on a connection of its own.</summary>
internal static class Attacker
{
    /// <summary>A server that is quick when idle may still have to wait for a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>What is kept of an answer: a status stands at its start.</summary>
    private const int MostKept = 64 * 1024;

    /// <summary>Sends the bytes and watches the reaction.</summary>
    /// <returns>Null if the server did as it must, else what it did instead.</returns>
    public static async Task<string?> RunAsync(Attack attack, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), timeout.Token);
        try
        {
            var reading = ReadAsync(socket, attack.Demand, timeout.Token);
            await SendAsync(socket, attack, timeout.Token);
            return Judge(attack.Demand, await reading);
        }
        catch (OperationCanceledException)
        {
            return $"neither answer nor end within {Patience}";
        }
    }

    private static string? Judge(Demand demand, Reply? reply) =>
        demand == Demand.Refusal && reply == Reply.Success ? "it was answered with success" : null;

    private static async Task SendAsync(Socket socket, Attack attack, CancellationToken cancellationToken)
    {
        try
        {
            for (var rest = attack.Bytes.AsMemory(); rest.Length > 0;)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }

            if (attack.Demand == Demand.End)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            // The server has closed before it had everything; the reader sees the same.
            return;
        }
    }

    /// <summary>The reply; null when the connection ended without one.</summary>
    private static async Task<Reply?> ReadAsync(Socket socket, Demand demand, CancellationToken cancellationToken)
    {
        byte[] received = new byte[MostKept];
        int count = 0;
        try
        {
            while (true)
            {
                // What comes beyond the start of an answer is read and forgotten.
                var free = received.AsMemory(count < MostKept ? count : MostKept / 2);
                int read = await socket.ReceiveAsync(free, SocketFlags.None, cancellationToken);
                count = Math.Min(MostKept, count + read);
                if (read == 0)
                {
                    return null;
                }

                if (demand != Demand.End && ReplyReader.Of(received.AsSpan(0, count)) is var reply and not Reply.None)
                {
                    return reply;
                }
            }
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
