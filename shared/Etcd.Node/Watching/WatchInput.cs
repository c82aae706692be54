using Etcd.StateMachine;
using Etcdserverpb;

namespace Etcd.Node.Watching;

/// <summary>What a watch shard's loop is told.</summary>
internal enum WatchInputKind
{
    /// <summary>Events of a commit.</summary>
    Publish,

    /// <summary>A client opened a stream.</summary>
    Open,

    /// <summary>A client's request.</summary>
    Request,

    /// <summary>Bytes of a stream went out.</summary>
    Credit,

    /// <summary>A stream ended.</summary>
    Close,

    /// <summary>Time passed.</summary>
    Tick,

    /// <summary>The state was replaced as a whole.</summary>
    Restore,
}

/// <summary>One item of a watch shard's inbox.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Stream">The stream, where it is one's.</param>
/// <param name="Request">The request of kind Request.</param>
/// <param name="Denial">Why a create request is refused.</param>
/// <param name="Number">Bytes of credit.</param>
/// <param name="Events">The events of kind Publish.</param>
internal readonly record struct WatchInput(
    WatchInputKind Kind,
    WatchStream? Stream,
    WatchRequest? Request,
    string? Denial,
    long Number,
    EventBatch? Events);
