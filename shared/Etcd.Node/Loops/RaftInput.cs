using Etcd.Node.Consensus;
using Etcd.Raft;

namespace Etcd.Node.Loops;

/// <summary>What the raft loop is told.</summary>
internal enum RaftInputKind
{
    /// <summary>One heartbeat interval passed.</summary>
    Tick,

    /// <summary>A message of another member.</summary>
    PeerMessage,

    /// <summary>A proposal.</summary>
    Proposal,

    /// <summary>Somebody waits for the next read round.</summary>
    ReadWanted,

    /// <summary>A log write is durable.</summary>
    LogWritten,

    /// <summary>A membership change was applied; the id is its index.</summary>
    ConfChange,

    /// <summary>Entries were applied.</summary>
    Applied,

    /// <summary>Hand leadership to the member with the id.</summary>
    TransferLeader,

    /// <summary>The member with the id could not be reached.</summary>
    Unreachable,

    /// <summary>A snapshot to the member with the id was delivered.</summary>
    SnapshotSent,

    /// <summary>A snapshot to the member with the id was not delivered.</summary>
    SnapshotFailed,

    /// <summary>Let some ticks of the first election timeout pass at once; the id is their number.</summary>
    AdvanceTicks,

    /// <summary>Hand a copy of raft's status to a waiter.</summary>
    Status,
}

/// <summary>One item of the raft loop's inbox.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">Message, <see cref="Proposal"/>, <see cref="ConfChangeV2"/> or waiter.</param>
/// <param name="Id">Member id or number, where the kind has one.</param>
internal readonly record struct RaftInput(RaftInputKind Kind, object? Payload, ulong Id);
