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
    // A timer is late by up to some milliseconds: what is less waits for the next pause, and what a pause took too
    // long makes the next ones shorter.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(1);

    private long _observedTimestamp;
    private TimeSpan _compactionPauseDue;
    private long _compactionPaused;
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

    /// <summary>A slice of a batch, then its part of the batch's pause and what has come in meanwhile. So applying is
    /// never held up by more than one slice, and others wait for a processor for a part of a batch at most.</summary>
    private void StepCompaction()
    {
        _compactionScheduled = false;
        if (_core.HasCompactionWork)
        {
            long start = _time.GetTimestamp();
            EndCompactionPause(start);
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
            _compactionPauseDue += _compactionPause * _core.CompactionStepShare;
            ScheduleCompaction();
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

    private void ScheduleCompaction()
    {
        if (_compactionScheduled || !_core.HasCompactionWork)
        {
            return;
        }

        _compactionScheduled = true;
        if (_compactionPauseDue < LeastPause)
        {
            _inbox.Add(new ApplyInput(ApplyInputKind.CompactionTick, null, 0, false));
            return;
        }

        _compactionPaused = _time.GetTimestamp();
        _compactionTimer.Change(_compactionPauseDue, Timeout.InfiniteTimeSpan);
    }

    // Of what a pause took too long no more counts than the pause of a batch: no more than a batch comes at once.
    private void EndCompactionPause(long now)
    {
        if (_compactionPaused != 0)
        {
            TimeSpan left = _compactionPauseDue - _time.GetElapsedTime(_compactionPaused, now);
            _compactionPauseDue = left > -_compactionPause ? left : -_compactionPause;
            _compactionPaused = 0;
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
        ScheduleCompaction();
    }
}
