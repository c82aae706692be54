namespace Etcd.Simulator.Checkers;

/// <summary>
/// What an operation must not see less of: the highest revision answered before it began, in the life of the cluster in
/// which it began. An answer on its way from a cluster that was lost says nothing of the one that came after.
/// </summary>
internal readonly record struct RevisionFloor(RevisionOrder Order, long Revision)
{
    /// <summary>Checks the answer, and lets it count for what begins later.</summary>
    public void Returned(string what, long revision) => Order.Returned(what, Revision, revision);
}
