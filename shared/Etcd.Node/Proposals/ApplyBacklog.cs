namespace Etcd.Node.Proposals;

/// <summary>
/// Refuses new work while a member applies far behind what is committed: it would only make clients wait longer and the
/// log grow. Pure.
/// </summary>
internal static class ApplyBacklog
{
    /// <summary>Etcd's <c>maxGapBetweenApplyAndCommitIndex</c>.</summary>
    public const ulong MaxGap = 5_000;

    /// <summary>The gap for what ends a lease: it frees what others wait for. Differs from etcd: its release 3.7 does
    /// so behind the feature gate PriorityRequest, which is off by default.</summary>
    public const ulong MaxPriorityGap = 2 * MaxGap;

    /// <summary>True when the request is to be refused.</summary>
    /// <param name="endsLease">True for a revoke.</param>
    /// <param name="committed">Index of the last committed entry.</param>
    /// <param name="applied">Index of the last applied entry; may be the greater one, as the two are read apart.
    /// </param>
    public static bool Refuses(bool endsLease, ulong committed, ulong applied) =>
        committed > applied + (endsLease ? MaxPriorityGap : MaxGap);
}
