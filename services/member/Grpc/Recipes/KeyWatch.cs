using Etcd.Node;
using Etcd.Node.Watching;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Member.Grpc;

/// <summary>A watch of this process on its own member. One reader; the reader disposes it.</summary>
internal sealed class KeyWatch : IDisposable
{
    private readonly WatchSink _sink = new(neverHere: true);
    private readonly WatchStream _stream;

    /// <summary>Starts to watch.</summary>
    /// <param name="node">The member.</param>
    /// <param name="key">A key, or the first one of a range.</param>
    /// <param name="rangeEnd">The end of the range, exclusive; empty for the key alone.</param>
    /// <param name="startRevision">The first revision whose events are wanted.</param>
    public KeyWatch(MemberNode node, ByteString key, ByteString rangeEnd, long startRevision)
    {
        WatchCreateRequest create = new() { Key = key, RangeEnd = rangeEnd, StartRevision = startRevision };
        _stream = node.OpenWatchStream(_sink);
        _stream.Request(new WatchRequest { CreateRequest = create }, denial: null);
    }

    /// <summary>
    /// Waits for the next response with events. Null when the watch has ended: what it should have seen was compacted.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up, and the watch has ended.</exception>
    /// <returns>Shared with other watches: nobody may modify it.</returns>
    public async ValueTask<WatchResponse?> NextAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration ending = cancellationToken.UnsafeRegister(
            static sink => ((WatchSink)sink!).Close(), _sink);
        while (await _sink.WaitAsync())
        {
            while (_sink.TryTake(out WatchMessage next))
            {
                _stream.ReturnCredit(next.SizeBytes);
                WatchResponse response = next.ToResponse();
                if (response.Canceled)
                {
                    return null;
                }

                if (response.Events.Count > 0)
                {
                    return response;
                }
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _sink.Close();
    }
}
