using Etcd.Ports.Engine;
using Etcd.StateMachine.Mvcc;

namespace Etcd.StateMachine;

/// <summary>
/// Everything that the log replicates: keys, leases, members, alarms. The same entries in the same order give the
/// same state on every member.
/// <para>Thread: owned by the apply loop; <see cref="View"/> may be read from any thread at any time.</para>
/// </summary>
public sealed partial class ReplicatedState
{
    /// <summary>Reads the state that the engine holds. Walks every row of the key bucket.</summary>
    public static ReplicatedState Open(IKvEngine engine, StateMachineOptions options) =>
        throw new NotSupportedException();

    /// <summary>Index of the last applied entry; 0 for a new engine. Not yet written before <see cref="Commit"/>.
    /// </summary>
    public ulong AppliedIndex => throw new NotSupportedException();

    /// <summary>Term of the last applied entry.</summary>
    public ulong AppliedTerm => throw new NotSupportedException();

    /// <summary>The newest committed view. Thread-safe.</summary>
    public MvccView View => throw new NotSupportedException();

    /// <summary>Applies one entry. Entries at or below <see cref="AppliedIndex"/> have no effect; the next one must be
    /// <see cref="AppliedIndex"/> + 1. Nothing is visible to views before <see cref="Commit"/>.</summary>
    public ApplyResult Apply(in CommittedEntry entry) => throw new NotSupportedException();

    /// <summary>Applies a conf change to the membership; what raft does with it is the node's.</summary>
    public ApplyResult ApplyConfChange(ulong index, ulong term, Raftpb.ConfChange change) =>
        throw new NotSupportedException();

    /// <summary>Records the raft configuration that is in force after the entries applied so far; written by the next
    /// <see cref="Commit"/>.</summary>
    public void SetConfState(Raftpb.ConfState confState) => throw new NotSupportedException();

    /// <summary>The raft configuration as of <see cref="AppliedIndex"/>; null when none was recorded.</summary>
    public Raftpb.ConfState? ConfState => throw new NotSupportedException();

    /// <summary>Writes everything applied since the last commit, with the applied index and term, in one engine batch
    /// and publishes a new view. Null when no key changed.</summary>
    public EventBatch? Commit() => throw new NotSupportedException();

    /// <summary>True when a compaction has rows to remove: <see cref="StepCompaction"/> has work.</summary>
    public bool HasCompactionWork => throw new NotSupportedException();

    /// <summary>Does one bounded step of the oldest unfinished compaction in an engine batch of its own. Call it
    /// between a <see cref="Commit"/> and the next <see cref="Apply"/>.</summary>
    /// <param name="maxKeys">Largest number of rows looked at; etcd's default is 1000.</param>
    /// <returns>True when more steps are needed.</returns>
    public bool StepCompaction(int maxKeys) => throw new NotSupportedException();
}
