namespace Etcd.StateMachine.Watching;

/// <summary>Texts in <c>cancel_reason</c> that etcd's clients know.</summary>
public static class WatchCancelReasons
{
    /// <summary>The client chose an id that is in use on the stream.</summary>
    public const string DuplicateId = "mvcc: duplicate watch ID provided on the WatchStream";

    /// <summary>The end of the range is not above its start.</summary>
    public const string EmptyRange = "mvcc: watcher range is empty";

    /// <summary>The start revision is negative.</summary>
    public const string NegativeStart = "etcdserver: mvcc: required revision has been compacted";
}
