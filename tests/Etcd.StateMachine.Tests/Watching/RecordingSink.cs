using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Tests.Watching;

/// <summary>A sink with a fixed number of places; the test takes responses out when it likes.</summary>
internal sealed class RecordingSink(int places) : IWatchSink
{
    private readonly Queue<(WatchResponse Response, int SizeBytes)> _queue = new();

    public int Count => _queue.Count;

    public bool TrySend(in WatchMessage message)
    {
        WatchResponse response = message.ToResponse();
        int sizeBytes = message.SizeBytes;
        Assert.Equal(response.CalculateSize(), sizeBytes);
        if (message.Body.IsEncoded)
        {
            byte[] encoded = new byte[sizeBytes];
            message.Body.Write(message.WatchId, encoded);
            Assert.Equal(response.ToByteArray(), encoded);
        }

        if (_queue.Count >= places)
        {
            return false;
        }

        _queue.Enqueue((response, sizeBytes));
        return true;
    }

    public (WatchResponse Response, int SizeBytes) Take() => _queue.Dequeue();
}
