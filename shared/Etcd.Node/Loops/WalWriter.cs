using Etcd.Node.Consensus;
using Etcd.Ports.Log;
using Etcd.Raft;

namespace Etcd.Node.Loops;

/// <summary>
/// Writes the log. Its thread owns the <see cref="IRaftLog"/>: it takes everything that waits, buffers it, makes it
/// durable with one fsync, and only then delivers the answers that promise it. The raft step that follows is mostly
/// done by this thread.
/// </summary>
internal sealed class WalWriter
{
    private readonly IRaftLog _log;
    private readonly LogWriting _writing;
    private readonly WalWriterWiring _wiring;
    private readonly Inbox<object> _inbox = new(capacity: int.MaxValue);
    private readonly List<Message> _written = [];
    private long _bytesSinceCheckpoint;
    private int _awaitedWrites;
    private Thread? _thread;

    public WalWriter(IRaftLog log, WalWriterWiring wiring)
    {
        _log = log;
        _writing = new LogWriting(log);
        _wiring = wiring;
    }

    /// <summary>Payload bytes since the last checkpoint. Readable from any thread.</summary>
    public long BytesSinceCheckpoint => Interlocked.Read(ref _bytesSinceCheckpoint);

    /// <summary>True on the thread that writes.</summary>
    public bool IsOwnThread => Thread.CurrentThread == _thread;

    /// <summary>True when a write waits whose durability somebody waits for: not for a commit index alone.</summary>
    public bool IsAwaited => Volatile.Read(ref _awaitedWrites) > 0;

    /// <summary>Hands in StorageAppend messages. Unbounded: raft bounds what is in flight by what clients and peers
    /// may have waiting.</summary>
    public void Post(Message write)
    {
        if (write.Responses.Count > 0)
        {
            Interlocked.Increment(ref _awaitedWrites);
        }

        _inbox.Post(write);
    }

    /// <summary>Hands in the marker of a state that was flushed, after which older segments go.</summary>
    public bool Post(LogCheckpoint checkpoint) => _inbox.Post(checkpoint);

    /// <summary>Lets the thread end after what waits.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The body of the thread.</summary>
    public void Run()
    {
        _thread = Thread.CurrentThread;
        while (_inbox.TryTakeAll(out List<object> items))
        {
            foreach (object item in items)
            {
                if (item is Message write)
                {
                    Buffer(write);
                }
            }

            _writing.Sync();
            Deliver();
            foreach (object item in items)
            {
                if (item is LogCheckpoint checkpoint)
                {
                    Release(checkpoint);
                }
            }
        }

        // Nobody waits for what is left, but the commit index saves the next start some doubt.
        _log.Sync();
    }

    private void Buffer(Message write)
    {
        if (write.Snapshot is { IsEmpty: false } snapshot)
        {
            _wiring.InstallSnapshot(snapshot);
        }

        _writing.Buffer(write, out long bytes);
        Interlocked.Add(ref _bytesSinceCheckpoint, bytes);
        _written.Add(write);
    }

    private void Deliver()
    {
        foreach (Message write in _written)
        {
            if (write.Responses.Count > 0)
            {
                Interlocked.Decrement(ref _awaitedWrites);
            }

            foreach (Message response in write.Responses)
            {
                if (response.To != _wiring.MemberId)
                {
                    _wiring.Send(response);
                }
            }
        }

        if (_written.Count > 0)
        {
            _wiring.Written(_written);
            _written.Clear();
        }
    }

    private void Release(LogCheckpoint checkpoint)
    {
        _log.SaveMarker(checkpoint.Marker);
        _log.Sync();
        _log.ReleaseThrough(checkpoint.Marker.Index);
        Interlocked.Exchange(ref _bytesSinceCheckpoint, 0);
        checkpoint.Done.TrySetResult();
    }
}
