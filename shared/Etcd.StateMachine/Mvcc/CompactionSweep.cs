namespace Etcd.StateMachine.Mvcc;

/// <summary>The physical part of one compaction: what its compact revision made unreachable goes, in steps.</summary>
public sealed class CompactionSweep
{
    private bool _finished;

    internal CompactionSweep(long revision) => Revision = revision;

    /// <summary>The compact revision.</summary>
    public long Revision { get; }

    /// <summary>True when everything is removed and the finish is recorded in the engine. Readable from any thread.
    /// </summary>
    public bool IsFinished => Volatile.Read(ref _finished);

    internal void MarkFinished() => Volatile.Write(ref _finished, true);
}
