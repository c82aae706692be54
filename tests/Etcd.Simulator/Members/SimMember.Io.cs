using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Node.Peers;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.Simulator.Faults;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcd.Testing;

namespace Etcd.Simulator.Members;

/// <content>What the product's loops do with a core's effects: log writer, apply loop, checkpointer.</content>
internal sealed partial class SimMember
{
    private readonly Queue<Message> _logWrites = new();
    private readonly List<Message> _syncing = [];
    private readonly Queue<Message> _applies = new();
    private LogWriting? _writing;
    private ulong _markerIndex;
    private ulong _hashedThrough;
    private bool _walBusy;
    private bool _applyBusy;
    private bool _checkpointing;
    private bool _sweeping;

    /// <summary>Whole states that arrived, by index.</summary>
    public Dictionary<ulong, InMemoryEngine> Received { get; } = [];

    public void Receive(Message message) => Core.Receive(message);

    public void ReportDelivery(ulong to, MessageType type, bool delivered)
    {
        if (type == MessageType.Snapshot)
        {
            Core.Consensus.ReportSnapshot(to, delivered);
        }
        else
        {
            Core.Consensus.ReportUnreachable(to);
        }
    }

    /// <summary>Hands out everything that the core wants done.</summary>
    private void Drain()
    {
        MemberEffects effects = Core.Poll();
        if (effects.LeadershipChanged)
        {
            _simulation.Trace.Add(
                TraceKind.Leader, Id, (long)Core.Consensus.Status.Term, (long)Core.Consensus.Status.LeaderId);
        }

        if (Core.Consensus.IsLeader)
        {
            _simulation.Raft.Leads(Id, Core);
        }

        foreach (Message message in effects.Messages)
        {
            Send(message);
        }

        effects.LogWrites.ForEach(_logWrites.Enqueue);
        effects.Applies.ForEach(_applies.Enqueue);
        foreach (EventBatch batch in effects.Events)
        {
            PublishEvents(batch);
        }

        FinishRequests(effects);
        StartLogWrite();
        StartApply();
        StartCheckpoint();
        StartSweep();
    }

    private void Send(Message message)
    {
        if (message.Type != MessageType.Snapshot)
        {
            _simulation.Network.Send(message);
            return;
        }

        InMemoryEngine state = _simulation.Bug.SendsOldStates ? Disk.Engine.DurableCopy() : Disk.Engine.Copy();
        Message complete = Core.CompleteSnapshot(message);
        if (_simulation.Bug.SendsOldStates)
        {
            state = OldStates.Claim(state, Disk.Engine);
        }

        _simulation.Network.Send(complete, state);
    }

    private void StartLogWrite()
    {
        if (_walBusy || _logWrites.Count == 0)
        {
            return;
        }

        _walBusy = true;
        while (_logWrites.TryDequeue(out Message? write))
        {
            if (write.Snapshot is { IsEmpty: false } snapshot)
            {
                Install(snapshot);
            }

            _writing!.Buffer(write, out _); // Set at the start.
            _syncing.Add(write);
        }

        if (_simulation.Bug.AcknowledgesBeforeSync)
        {
            Deliver();
        }

        After(_simulation.SyncTime(Id), CompleteLogWrite);
    }

    private void CompleteLogWrite()
    {
        _writing!.Sync(); // Set at the start.
        _simulation.Buggify.MayDie(RarePlace.DiesAfterSync, Id);
        _simulation.Trace.Add(TraceKind.Synced, Id, _syncing.Count);
        _walBusy = false;
        Deliver();
    }

    private void Deliver()
    {
        Message[] written = [.. _syncing];
        _syncing.Clear();
        foreach (Message write in written)
        {
            foreach (Message response in Core.LogWritten(write))
            {
                _simulation.Network.Send(response);
            }
        }
    }

    private void Install(Snapshot snapshot)
    {
        // The apply loop takes its inputs in order: what waits there is applied first.
        while (_applies.TryDequeue(out Message? apply))
        {
            Apply(apply);
        }

        ulong index = snapshot.Metadata.Index;
        _simulation.Trace.Add(TraceKind.Install, Id, (long)index);
        _simulation.Ledger.Installs(Id, index);
        Core.InstallState(snapshot, Disk.Replace(Received[index].Clone()));
        SimulationFailure.Unless(
            Core.State.AppliedIndex == index,
            "a received state stands where it says",
            () => $"{Id:x} installed a state at {Core.State.AppliedIndex} for a snapshot at {index}");
        foreach (ulong old in Received.Keys.Where(received => received <= index).ToArray())
        {
            Received.Remove(old);
        }

        _simulation.Ledger.CheckView(this);
        _simulation.Buggify.MayDie(RarePlace.DiesAfterInstall, Id);
        Restored();
    }

    private void StartApply()
    {
        if (_applyBusy || _applies.Count == 0)
        {
            return;
        }

        _applyBusy = true;
        int late = _simulation.Buggify.At(RarePlace.AppliesLate, Id) ? 400 : 1;
        After(_random.Next(20, 2_000) * late, () =>
        {
            _applyBusy = false;
            if (_applies.TryDequeue(out Message? apply))
            {
                Apply(apply);
            }
        });
    }

    private void Apply(Message apply)
    {
        foreach (ref readonly Entry entry in apply.Entries.Span)
        {
            _simulation.Ledger.Observe(this, entry);
        }

        Core.Apply(apply, LeaseMilliseconds);
        foreach (ref readonly Entry entry in apply.Entries.Span)
        {
            if (entry.Type != EntryType.Normal)
            {
                _simulation.MembersChanged(Core.State);
            }
        }

        _simulation.Trace.Add(TraceKind.Apply, Id, (long)Core.State.AppliedIndex, Core.State.View.Revision);
        _simulation.Ledger.CheckView(this);
        ulong bucket = (ulong)Core.State.View.Revision / 24;
        if (bucket != _hashedThrough)
        {
            _hashedThrough = bucket;
            _simulation.Ledger.CheckHash(this, (long)(bucket * 24));
        }
    }

    /// <summary>As the product's checkpointer: note the position, flush, marker, sync, release.</summary>
    private void StartCheckpoint()
    {
        ulong applied = Core.State.AppliedIndex;
        if (_checkpointing || applied < _markerIndex + Settings.SnapshotCount)
        {
            return;
        }

        _checkpointing = true;
        _markerIndex = applied;
        Ports.SimEngine engine = Disk.Engine;
        long written = engine.Written;
        LogSnapshotMarker marker = new(
            applied, Core.State.AppliedTerm, RaftMessageCodec.Encode(Core.State.ConfState));
        After(_simulation.SyncTime(Id) * 3, () =>
        {
            engine.CompleteFlush(written);
            _simulation.Buggify.MayDie(RarePlace.DiesAfterFlush, Id);
            WriteMarker(marker);
        });
    }

    private void WriteMarker(LogSnapshotMarker marker)
    {
        if (_walBusy)
        {
            After(_random.Next(100, 2_000), () => WriteMarker(marker));
            return;
        }

        Core.Log.SaveMarker(marker);
        Core.Log.Sync();
        _simulation.Buggify.MayDie(RarePlace.DiesBeforeRelease, Id);
        Core.Log.ReleaseThrough(marker.Index);
        _checkpointing = false;
        _simulation.Trace.Add(TraceKind.Checkpoint, Id, (long)marker.Index);
    }

    private void StartSweep()
    {
        if (_sweeping || !Core.State.HasCompactionWork)
        {
            return;
        }

        _sweeping = true;
        After(_random.Next(1_000, 30_000), () =>
        {
            _sweeping = false;
            Core.State.StepCompaction();
        });
    }
}
