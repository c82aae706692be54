using Etcd.Node.Apply;
using Etcd.Node.Peers;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Bootstrap;

/// <summary>Brings log and engine together at start (server.md §9.2).</summary>
/// <remarks>
/// <list type="bullet">
/// <item>No log: a new cluster writes one conf change for each voter at term 1, committed from the start; a member
/// that joins writes nothing but who it is.</item>
/// <item>Log reaches to the engine's applied index or beyond: the entries after it are applied again as raft commits
/// them. What the engine holds is committed, whatever commit index the log remembers.</item>
/// <item>Engine beyond the log, or of another term at the same index: the machine stopped between a snapshot's
/// arrival in the engine and the log. The engine is right; the log starts anew after it.</item>
/// </list>
/// </remarks>
internal static class MemberBootstrap
{
    /// <summary>Opens everything; the caller owns the log from then on.</summary>
    public static RecoveredMember Run(MemberNodeOptions options, IRaftLogStore store, IKvEngine engine)
    {
        ReplicatedState state = ReplicatedState.Open(engine, options.StateMachine);
        return store.Exists ? Restart(options, store, state) : Create(options, store, state);
    }

    private static RecoveredMember Create(MemberNodeOptions options, IRaftLogStore store, ReplicatedState state)
    {
        if (state.AppliedIndex != 0)
        {
            throw new MemberStartException(
                $"the engine holds a state at index {state.AppliedIndex}, but there is no log");
        }

        if (options.MemberId == 0 || options.ClusterId == 0)
        {
            throw new MemberStartException("a member without a log needs its ids");
        }

        IRaftLog log = store.Create(
            new Metadata { NodeID = options.MemberId, ClusterID = options.ClusterId }.ToByteArray());
        MemoryRaftStorage storage = new();
        if (!options.JoinExisting)
        {
            WriteFirstEntries(options, log, storage);
        }

        return new RecoveredMember(
            options.MemberId, options.ClusterId, log, 0, storage, state, ConfState.Empty);
    }

    private static void WriteFirstEntries(MemberNodeOptions options, IRaftLog log, MemoryRaftStorage storage)
    {
        ClusterMember[] members = [.. options.InitialMembers.OrderBy(static member => member.Id)];
        if (!Array.Exists(members, member => member.Id == options.MemberId))
        {
            throw new MemberStartException($"member {options.MemberId:x} is not among the initial members");
        }

        Entry[] entries = new Entry[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            byte[] change = MembershipRequests.Add(requestId: 0, members[i]).ToByteArray();
            entries[i] = new Entry(EntryType.ConfChange, 1, (ulong)i + 1, change);
        }

        HardState hardState = new(1, RaftIds.None, (ulong)entries.Length);
        Write(log, storage, entries, hardState);
    }

    private static RecoveredMember Restart(MemberNodeOptions options, IRaftLogStore store, ReplicatedState state)
    {
        IRaftLog log = store.Open(state.AppliedIndex, out RecoveredLog recovered);
        try
        {
            Metadata metadata = Metadata.Parser.ParseFrom(recovered.Metadata.Span);
            if (options.MemberId != 0 && options.MemberId != metadata.NodeID)
            {
                throw new MemberStartException(
                    $"the log belongs to member {metadata.NodeID:x}, not to {options.MemberId:x}");
            }

            ConfState confState = ApplyCore.ConfStateOf(state);
            MemoryRaftStorage storage = new();
            ulong markerIndex = Load(log, recovered, state, confState, storage);
            if (options.ForceNewCluster)
            {
                ForcedNewCluster.Write(metadata.NodeID, log, storage, state.AppliedIndex, confState);
            }

            return new RecoveredMember(
                metadata.NodeID, metadata.ClusterID, log, markerIndex, storage, state, confState);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Fills the storage; returns the index of the newest marker.</summary>
    private static ulong Load(
        IRaftLog log,
        RecoveredLog recovered,
        ReplicatedState state,
        ConfState confState,
        MemoryRaftStorage storage)
    {
        LogSnapshotMarker marker = recovered.Marker;
        Entry[] entries = Convert(recovered.Entries);
        ulong lastIndex = marker.Index + (ulong)entries.Length;
        ulong applied = state.AppliedIndex;
        if (marker.Index > applied)
        {
            throw new MemberStartException(
                $"the log starts after index {marker.Index}, but the engine holds only {applied}");
        }

        HardState hardState = new(recovered.HardState.Term, recovered.HardState.Vote, recovered.HardState.Commit);
        bool matches = applied <= lastIndex
            && (applied == marker.Index || entries[applied - marker.Index - 1].Term == state.AppliedTerm);
        if (!matches)
        {
            return StartAfterEngine(log, state, confState, hardState, storage);
        }

        if (marker.Index > 0)
        {
            storage.ApplySnapshot(new Snapshot(
                ReadOnlyMemory<byte>.Empty, new SnapshotMetadata(confState, marker.Index, marker.Term)));
        }

        storage.Append(entries);
        if (applied > marker.Index)
        {
            storage.CreateSnapshot(applied, confState, ReadOnlyMemory<byte>.Empty);
        }

        // What is applied was committed, even if the log had no occasion to note it.
        ulong commit = Math.Min(Math.Max(hardState.Commit, applied), lastIndex);
        storage.SetHardState(hardState with { Commit = commit });
        return marker.Index;
    }

    private static ulong StartAfterEngine(
        IRaftLog log, ReplicatedState state, ConfState confState, HardState hardState, MemoryRaftStorage storage)
    {
        ulong applied = state.AppliedIndex;
        storage.ApplySnapshot(new Snapshot(
            ReadOnlyMemory<byte>.Empty, new SnapshotMetadata(confState, applied, state.AppliedTerm)));
        HardState mended = hardState.Term >= state.AppliedTerm
            ? hardState with { Commit = applied }
            : new HardState(state.AppliedTerm, RaftIds.None, applied);
        storage.SetHardState(mended);
        log.SaveMarker(new LogSnapshotMarker(applied, state.AppliedTerm, RaftMessageCodec.Encode(confState)));
        log.SaveHardState(new LogHardState(mended.Term, mended.Vote, mended.Commit));
        log.Sync();
        return applied;
    }

    /// <summary>Appends entries to log and storage, durably.</summary>
    internal static void Write(IRaftLog log, MemoryRaftStorage storage, Entry[] entries, HardState hardState)
    {
        LogEntry[] records = Array.ConvertAll(
            entries, static entry => new LogEntry((byte)entry.Type, entry.Term, entry.Index, entry.Data));
        log.Append(records);
        log.SaveHardState(new LogHardState(hardState.Term, hardState.Vote, hardState.Commit));
        log.Sync();
        storage.Append(entries);
        storage.SetHardState(hardState);
    }

    private static Entry[] Convert(IReadOnlyList<LogEntry> records)
    {
        Entry[] entries = new Entry[records.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            LogEntry record = records[i];
            entries[i] = new Entry((EntryType)record.Type, record.Term, record.Index, record.Data);
        }

        return entries;
    }
}
