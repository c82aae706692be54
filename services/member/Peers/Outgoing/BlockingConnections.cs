using System.Net.Sockets;

namespace Etcd.Member.Peers.Outgoing;

/// <summary>
/// A client whose response bodies are read by threads that block in the kernel. A message then wakes the thread that
/// takes it and no other; an asynchronous read wakes the runtime's thread for sockets, and that one of the pool, which
/// looks around for more work before it sleeps. Thread-safe.
/// </summary>
internal sealed class BlockingConnections : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<BlockingStream> _streams = [];
    private readonly TimeSpan _silence;
    private bool _cut;

    /// <summary>Creates a client without connections.</summary>
    /// <param name="dialTimeout">Time to connect.</param>
    /// <param name="silence">Longest silence of a server.</param>
    public BlockingConnections(TimeSpan dialTimeout, TimeSpan silence)
    {
        _silence = silence;
        Client = PeerHttpClient.Create(dialTimeout, ConnectAsync);
    }

    /// <summary>Sends requests, each on a connection of its own. Bodies of responses are to be read by a thread of the
    /// caller's.</summary>
    public HttpClient Client { get; }

    /// <summary>Runs work that reads on a thread of its own.</summary>
    public static Task<T> OnOwnThread<T>(Func<T> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Ends all connections, whatever reads them; none is made any more.</summary>
    public void Cut()
    {
        List<BlockingStream> streams;
        lock (_gate)
        {
            _cut = true;
            streams = [.. _streams];
        }

        foreach (var stream in streams)
        {
            stream.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Cut();
        Client.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)_silence.TotalMilliseconds,
        };
        try
        {
            // An asynchronous connect would make the socket one that never blocks.
            using var giveUp = cancellationToken.UnsafeRegister(static s => ((Socket)s!).Dispose(), socket);
            var connected = await OnOwnThread(() =>
            {
                socket.Connect(context.DnsEndPoint);
                return new BlockingStream(socket, this);
            }).ConfigureAwait(false);
            return Track(connected);
        }
        catch
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private BlockingStream Track(BlockingStream stream)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_cut, this);
            _streams.Add(stream);
            return stream;
        }
    }

    private void Forget(BlockingStream stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
        }
    }

    /// <summary>A connection. The client's own asynchronous calls, for the head of a response, get a thread each.
    /// </summary>
    private sealed class BlockingStream(Socket socket, BlockingConnections owner)
        : NetworkStream(socket, ownsSocket: true)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(OnOwnThread(() => Read(buffer.Span)));

        /// <summary>The head of a request, which the socket's buffer has room for.</summary>
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            owner.Forget(this);
            base.Dispose(disposing);
        }
    }
}
