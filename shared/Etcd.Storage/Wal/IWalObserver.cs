namespace Etcd.Storage.Wal;

/// <summary>Told what the log does, for metrics. Called by the log-writing thread; must return at once.</summary>
public interface IWalObserver
{
    /// <summary>A batch is durable.</summary>
    /// <param name="sizeBytes">Bytes written, headers included.</param>
    /// <param name="write">Time of the write call.</param>
    /// <param name="sync">Time of the fsync call.</param>
    void OnSynced(int sizeBytes, TimeSpan write, TimeSpan sync);

    /// <summary>A new segment was begun.</summary>
    /// <param name="sequence">Its number, from 0.</param>
    void OnSegmentBegun(ulong sequence);
}
