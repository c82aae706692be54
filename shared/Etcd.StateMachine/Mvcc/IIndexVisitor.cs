namespace Etcd.StateMachine.Mvcc;

/// <summary>Sees the histories of an interval in key order. A struct, so that a walk allocates nothing.</summary>
internal interface IIndexVisitor
{
    /// <summary>Sees one history; false ends the walk.</summary>
    bool Visit(KeyHistory history);
}
