namespace Etcd.Node.Loops;

/// <summary>What the apply loop is told.</summary>
internal enum ApplyInputKind
{
    /// <summary>A StorageApply message.</summary>
    Entries,

    /// <summary>Who leads: the number is the term, the flag says whether this member does.</summary>
    Leadership,

    /// <summary>Look for expired leases.</summary>
    LeaseTick,

    /// <summary>Go on with a physical compaction.</summary>
    CompactionTick,

    /// <summary>A read round waits until the index in the number is applied.</summary>
    WaitApplied,

    /// <summary>A request waits until a physical compaction has finished.</summary>
    WaitSweep,

    /// <summary>A query that runs on the state's own thread.</summary>
    Query,

    /// <summary>Send the state to a follower.</summary>
    SendSnapshot,

    /// <summary>Replace the state by a received one.</summary>
    InstallSnapshot,
}

/// <summary>One item of the apply loop's inbox.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">Message, round, query or request, by the kind.</param>
/// <param name="Number">Term or index.</param>
/// <param name="Flag">As the kind says.</param>
internal readonly record struct ApplyInput(ApplyInputKind Kind, object? Payload, ulong Number, bool Flag);
