using System.Threading.Channels;
using Etcd.StateMachine.Watching;

namespace Etcd.Member.Grpc;

/// <summary>
/// The queue between a watch shard and the writer of one stream. The shard's loop puts, the writer takes.
/// </summary>
internal sealed class WatchSink : IWatchSink
{
    /// <summary>
    /// Responses in the queue. Its bytes are bounded by the stream's credit; this bounds the number of tiny ones,
    /// and is what etcd's channel of a stream holds.
    /// </summary>
    private const int Capacity = 128;

    private readonly Channel<WatchMessage> _queue =
        Channel.CreateBounded<WatchMessage>(new BoundedChannelOptions(Capacity)
        {
            SingleReader = true,
            SingleWriter = true,
            FullMode = BoundedChannelFullMode.Wait,
        });

    private volatile bool _isClosed;
    private volatile bool _isFull;

    /// <summary>The writer's side.</summary>
    public ChannelReader<WatchMessage> Reader => _queue.Reader;

    /// <summary>True while a response waits for room: the client takes less than it asks for.</summary>
    public bool IsFull => _isFull;

    /// <inheritdoc/>
    public bool TrySend(in WatchMessage message)
    {
        bool taken = _queue.Writer.TryWrite(message) || _isClosed;
        _isFull = !taken;
        return taken;
    }

    /// <summary>Drops whatever comes from now on.</summary>
    public void Close()
    {
        _isClosed = true;
        _queue.Writer.TryComplete();
    }
}
