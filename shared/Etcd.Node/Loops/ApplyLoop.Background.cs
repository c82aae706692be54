using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Ports.Engine;
using Etcd.Protocol.Text;
using Etcd.Protocol.Wire;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

internal sealed partial class ApplyLoop
{
    private long _observedTimestamp;
    private TimeSpan _compactionTook;
    private long _compactionBegan;

    /// <inheritdoc/>
    public void OnApplied(in Entry entry, in ApplyResult result)
    {
        long now = _time.GetTimestamp();
        TimeSpan took = _time.GetElapsedTime(_observedTimestamp, now);
        _observedTimestamp = now;
        if (result.Skipped || entry.Data.IsEmpty || entry.Type != EntryType.Normal)
        {
            return;
        }

        if (took > _warningDuration)
        {
            _metrics.CountSlowApply();
            WarnOfSlowApply(took, entry, result);
        }

        if (_metrics.ApplyObserved is { } observed)
        {
            (bool isV2, string name) = RequestNames.Of(entry.Data.Span);
            observed(isV2, name, result, took.TotalSeconds);
        }
    }

    private void WarnOfSlowApply(TimeSpan took, in Entry entry, in ApplyResult result)
    {
        if (!_logger.IsEnabled(LogLevel.Warning))
        {
            return;
        }

        (bool isV2, string name) = RequestNames.Of(entry.Data.Span);
        string request = isV2
            ? name
            : LoggableRequest.Of(NestedMessages.Parse(InternalRaftRequest.Parser, entry.Data.Span));
        string response = result.Response is { } message ? $"size:{message.CalculateSize()}" : "";
        if (result.Error is { } error)
        {
            LogSlowFailedApply(took, _warningDuration, prefix: "", request, response, error.Message);
        }
        else
        {
            LogSlowApply(took, _warningDuration, prefix: "", request, response);
        }
    }

    /// <summary>A slice of a step, then what has come in meanwhile, so that applying is never held up by more than
    /// one slice; after the last one a pause.</summary>
    private void StepCompaction()
    {
        _compactionScheduled = false;
        if (_core.HasCompactionWork)
        {
            long start = _time.GetTimestamp();
            _compactionBegan = _compactionTook == TimeSpan.Zero ? start : _compactionBegan;
            bool isIndexStep = _core.IsCompactingIndex;
            bool finished = !_core.StepCompaction();
            TimeSpan took = _time.GetElapsedTime(start);
            _compactionTook += took;
            _metrics.CompactionStepObserved?.Invoke(isIndexStep, took);
            if (finished)
            {
                LogCompacted(_core.View.CompactRevision, _compactionTook);
                _metrics.CompactionObserved?.Invoke(_time.GetElapsedTime(_compactionBegan));
                _compactionTook = TimeSpan.Zero;
            }

            ReleaseSweeps();
            if (_core.IsWithinCompactionStep)
            {
                _compactionScheduled = Post(new ApplyInput(ApplyInputKind.CompactionTick, null, 0, false));
            }
            else
            {
                ScheduleCompaction(_compactionPause);
            }
        }
    }

    private void ReleaseSweeps()
    {
        for (int i = _sweepWaits.Count - 1; i >= 0; i--)
        {
            if (_sweepWaits[i].Sweep.IsFinished)
            {
                _sweepWaits[i].Done.TrySetResult(null);
                _sweepWaits.RemoveAt(i);
            }
        }
    }

    private void ScheduleCompaction(TimeSpan pause)
    {
        if (!_compactionScheduled && _core.HasCompactionWork)
        {
            _compactionScheduled = true;
            _compactionTimer.Change(pause, Timeout.InfiniteTimeSpan);
        }
    }

    private void SendSnapshot(Message message)
    {
        if (_transfer is null)
        {
            throw new InvalidOperationException("a snapshot is to be sent, but there is no way to send one");
        }

        LogSendSnapshot(ClusterIds.ToHex(message.To), _core.AppliedIndex);
        _transfer.Send(_core.CompleteSnapshot(message), _engine.OpenSnapshot());
    }

    private void Install(SnapshotInstall install)
    {
        SnapshotMetadata metadata = install.Snapshot.Metadata;
        if (_transfer is null)
        {
            install.Done.Set();
            throw new InvalidOperationException($"a snapshot at {metadata.Index} came, but nothing can install it");
        }

        Interlocked.Increment(ref _metrics.SnapshotAppliesInProgressField);
        try
        {
            LogInstall(_core.AppliedIndex, metadata.Index, metadata.Term);
            Replace(_transfer.Install(install.Snapshot, _engine), metadata);
            install.Installed = true;
            LogInstalled(metadata.Index, metadata.Term);
        }
        finally
        {
            Interlocked.Decrement(ref _metrics.SnapshotAppliesInProgressField);
            install.Done.Set();
        }
    }

    private void Replace(IKvEngine engine, SnapshotMetadata metadata)
    {
        ApplyCore core = _wiring.Open(engine);
        if (core.AppliedIndex != metadata.Index)
        {
            throw new InvalidDataException($"the snapshot at {metadata.Index} holds a state at {core.AppliedIndex}");
        }

        core.Observer = this;
        core.SetConfState(metadata.ConfState);
        ApplyCore replaced = _core;
        _engine = engine;
        _core = core;
        replaced.Dispose();
        Publish();
        _wiring.Restored(engine);
        _wiring.MembersChanged(core.Membership.IsRemoved(core.MemberId));
        ReleaseReads();
        ScheduleCompaction(TimeSpan.Zero);
    }
}
