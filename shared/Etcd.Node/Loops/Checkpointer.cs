using Etcd.Node.Peers;
using Etcd.Ports.Log;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

/// <summary>
/// Makes the engine durable in the background and tells the log what it no longer needs to keep: (1) note the applied
/// index, (2) flush the engine, (3) a marker at the noted index, (4) release older segments. Its thread blocks on the
/// flush only; applying and logging go on.
/// </summary>
internal sealed partial class Checkpointer
{
    private readonly Func<PublishedState> _state;
    private readonly Action _flush;
    private readonly Func<LogCheckpoint, bool> _note;
    private readonly ILogger _logger;
    private readonly Inbox<TaskCompletionSource> _inbox = new(capacity: 64);
    private int _requested;
    private ulong _lastIndex;

    /// <param name="state">The newest committed state.</param>
    /// <param name="flush">Makes everything committed before the call durable.</param>
    /// <param name="note">Hands the marker to the log writer; false when that has ended.</param>
    /// <param name="lastIndex">Index of the newest marker in the log.</param>
    /// <param name="logger">Log.</param>
    public Checkpointer(
        Func<PublishedState> state, Action flush, Func<LogCheckpoint, bool> note, ulong lastIndex, ILogger logger)
    {
        _state = state;
        _flush = flush;
        _note = note;
        _lastIndex = lastIndex;
        _logger = logger;
    }

    /// <summary>Index of the newest checkpoint. Readable from any thread.</summary>
    public ulong LastIndex => Volatile.Read(ref _lastIndex);

    /// <summary>Asks for a checkpoint unless one is asked for already. Thread-safe.</summary>
    public void Request()
    {
        if (Interlocked.Exchange(ref _requested, 1) == 0)
        {
            _inbox.Post(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Makes a checkpoint and completes when it is in the log, or the node stops. Thread-safe.</summary>
    public Task RequestAsync()
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_inbox.TryPost(done))
        {
            done.TrySetResult();
        }

        return done.Task;
    }

    /// <summary>Lets the thread end after what waits.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The body of the thread.</summary>
    public void Run()
    {
        while (_inbox.TryTakeAll(out List<TaskCompletionSource> requests))
        {
            // The index is read before the flush, and the flush covers everything committed before it: the marker
            // never promises more than is durable.
            PublishedState state = _state();
            bool advances = state.AppliedIndex > _lastIndex;
            if (advances)
            {
                LogStart(state.AppliedIndex, _lastIndex);
                _flush();
                LogSaved(state.AppliedIndex);
                Volatile.Write(ref _lastIndex, state.AppliedIndex);
            }

            Volatile.Write(ref _requested, 0);
            foreach (TaskCompletionSource done in requests)
            {
                if (!advances || !_note(CheckpointOf(state, done)))
                {
                    done.TrySetResult();
                }

                // One marker is enough for all.
                advances = false;
            }
        }
    }

    private static LogCheckpoint CheckpointOf(PublishedState state, TaskCompletionSource done) => new(
        new LogSnapshotMarker(state.AppliedIndex, state.AppliedTerm, RaftMessageCodec.Encode(state.ConfState)),
        done);

    [LoggerMessage(Level = LogLevel.Information, Message = "triggering snapshot")]
    private partial void LogStart(ulong localMemberAppliedIndex, ulong localMemberSnapshotIndex);

    [LoggerMessage(Level = LogLevel.Information, Message = "saved snapshot")]
    private partial void LogSaved(ulong snapshotIndex);
}
