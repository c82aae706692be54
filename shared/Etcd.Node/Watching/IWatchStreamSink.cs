using Etcd.StateMachine.Watching;

namespace Etcd.Node.Watching;

/// <summary>A sink whose writer sleeps until it is told that a turn of the shard has put all it has.</summary>
public interface IWatchStreamSink : IWatchSink
{
    /// <summary>
    /// Sends what was taken since the last call on its way. Called by the shard's thread; must not block.
    /// </summary>
    /// <param name="here">True when it is little, so that the caller's thread may write it: to wake another one takes
    /// longer.</param>
    void Flush(bool here);
}
