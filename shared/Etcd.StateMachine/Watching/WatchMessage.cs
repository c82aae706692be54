using Etcdserverpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// A response on its way to one stream: what all watches of the same events get, and the id of this one.
/// </summary>
/// <param name="Body">All but the id; shared and immutable.</param>
/// <param name="WatchId">The id.</param>
public readonly record struct WatchMessage(WatchBody Body, long WatchId)
{
    /// <summary>Encoded size; counts against the stream's credit.</summary>
    public int SizeBytes => Body.SizeWith(WatchId);

    /// <summary>The response as an object. Shares its events with other streams: nobody may modify it.</summary>
    public WatchResponse ToResponse() => Body.ToResponse(WatchId);
}
