namespace Etcd.StateMachine.Watching;

/// <summary>
/// Where the responses of one watch stream go: a bounded queue before the thread that writes the stream. Called by the
/// shard's loop only.
/// </summary>
/// <remarks>
/// Whoever writes the stream tells the shard when the bytes of a response went out
/// (<see cref="WatchShard.ReturnCredit"/>); what is taken and not yet returned counts against the stream's credit.
/// </remarks>
public interface IWatchSink
{
    /// <summary>Takes one response, in order.</summary>
    /// <param name="message">The response; the amount to return later is its <see cref="WatchMessage.SizeBytes"/>.
    /// </param>
    /// <returns>False when there is no room: the shard keeps the response and tries again at the next returned credit
    /// or tick. A sink that is closed for good returns true and drops the response.</returns>
    bool TrySend(in WatchMessage message);
}
