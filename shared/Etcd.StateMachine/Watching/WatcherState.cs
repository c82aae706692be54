namespace Etcd.StateMachine.Watching;

/// <summary>How far a watcher is.</summary>
internal enum WatcherState
{
    /// <summary>Has everything published so far; gets new revisions as they are published.</summary>
    Synced,

    /// <summary>Lacks revisions from its next one on; gets them by catching up.</summary>
    Unsynced,

    /// <summary>Told that its start is compacted; gets nothing more and keeps its id until the client cancels it.
    /// </summary>
    Compacted,
}
