using Etcd.Benchmarks.Http2;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// A watch stream with some watches on it. Each event counts as an operation; its latency runs from the time stamp in
/// the value. It stays open until its session ends.
/// </summary>
/// <param name="requests">The watches to create.</param>
/// <param name="board">Shared by the watchers of a measurement.</param>
internal sealed class Watcher(IReadOnlyList<WatchCreateRequest> requests, WatchBoard board) : Http2Stream
{
    private int _created;

    /// <summary>Whether the events count, or only burden the server.</summary>
    public bool Counts { get; init; } = true;

    protected override bool WantsMessages => true;

    /// <inheritdoc/>
    public override void Begin()
    {
        // One at a time: a window full of requests would only wait in this client.
        Connection.Open(this, GrpcMethod.Watch, Create(0), last: false);
    }

    /// <inheritdoc/>
    public override void OnEnd(int status, string? text) =>
        throw new LoadException($"the server ended a watch stream: status {status}: {text}");

    /// <inheritdoc/>
    protected override void OnMessage(ReadOnlySpan<byte> message)
    {
        WatchEvents events = WatchEvents.Read(message);
        if (events.Canceled)
        {
            throw new LoadException("the server canceled a watch");
        }

        if (events.Created)
        {
            board.Created();
            if (++_created < requests.Count)
            {
                Connection.Send(this, Create(_created));
            }
        }

        if (events.Count > 0)
        {
            board.Delivered(events.Count);
            if (Counts)
            {
                Connection.Loop.Recorder.Succeeded(Connection.Loop.Now - events.Stamp, message.Length, events.Count);
            }
        }
    }

    private byte[] Create(int index) => new WatchRequest { CreateRequest = requests[index] }.ToByteArray();
}
