namespace Etcd.Raft;

/// <summary>How a <see cref="RaftNode"/> behaves. Read once by its constructor, which checks every limit.</summary>
public sealed class RaftConfig
{
    /// <summary>For sizes: no limit.</summary>
    public const ulong NoLimit = ulong.MaxValue;

    /// <summary>This member's id: not 0 and not a local thread.</summary>
    public required ulong Id { get; init; }

    /// <summary>What is durable already.</summary>
    public required IRaftStorage Storage { get; init; }

    /// <summary>
    /// Source of the randomised election timeouts, seeded by the caller and used by this node only: the same seed and
    /// the same calls give the same messages.
    /// </summary>
    public required Random Random { get; init; }

    /// <summary>
    /// Decodes the payload of a <see cref="EntryType.ConfChange"/> or <see cref="EntryType.ConfChangeV2"/> entry.
    /// Called for proposals on the leader. Null for bytes that are no conf change; the proposal is then refused by
    /// replacing it with an empty entry. An empty V2 payload is never passed: it means leaving the joint configuration.
    /// </summary>
    public required Func<Entry, ConfChangeV2?> ConfChangeDecoder { get; init; }

    /// <summary>
    /// Ticks without word from a leader before an election, at least; randomised up to twice this, exclusive.
    /// </summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between heartbeats, from 1, below <see cref="ElectionTicks"/>.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>Highest index the state machine holds at start; 0 when it starts from the storage's snapshot.</summary>
    public ulong Applied { get; init; }

    /// <summary>
    /// Limit on the entries of one append message; one entry is always sent. 0: one entry per message.
    /// </summary>
    public ulong MaxSizePerMessageBytes { get; init; } = 512 * 1024;

    /// <summary>
    /// Limit on committed entries handed out for applying and not acknowledged yet; 0 takes
    /// <see cref="MaxSizePerMessageBytes"/>.
    /// </summary>
    public ulong MaxApplyingSizeBytes { get; init; }

    /// <summary>
    /// Limit on the payload of the leader's uncommitted entries before proposals are dropped; 0: no limit.
    /// </summary>
    public ulong MaxUncommittedSizeBytes { get; init; }

    /// <summary>Limit on unanswered appends with entries per member, from 1.</summary>
    public int MaxInflightMessages { get; init; } = 512;

    /// <summary>
    /// Limit on the payload of unanswered appends per member, at least <see cref="MaxSizePerMessageBytes"/>; 0: no
    /// limit.
    /// </summary>
    public ulong MaxInflightBytes { get; init; }

    /// <summary>
    /// The leader steps down unless it hears from a quorum every election timeout; followers keep the lease.
    /// </summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>
    /// Ask before raising the term, so that a member that was cut off disturbs nobody (thesis, section 9.6).
    /// </summary>
    public bool PreVote { get; init; } = true;

    /// <summary>How reads are confirmed.</summary>
    public ReadOnlyOption ReadOnlyOption { get; init; }

    /// <summary>A follower drops proposals instead of forwarding them to the leader.</summary>
    public bool DisableProposalForwarding { get; init; }

    /// <summary>Appends conf changes unchecked. Only for callers that serialise and check them themselves.</summary>
    public bool DisableConfChangeValidation { get; init; }

    /// <summary>A leader that is removed or made a learner steps down as soon as it applies that.</summary>
    public bool StepDownOnRemoval { get; init; }

    /// <summary>Where lines go; null for nowhere.</summary>
    public IRaftLogger? Logger { get; init; }
}
