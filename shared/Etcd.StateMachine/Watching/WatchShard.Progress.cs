using Etcdserverpb;

namespace Etcd.StateMachine.Watching;

/// <content>Responses without events that say how far watches are.</content>
public sealed partial class WatchShard
{
    private readonly List<WatchStreamState> _awaitingProgress = [];
    private long _nextProgressMilliseconds = long.MaxValue;

    /// <summary>
    /// Passes time: sends progress notifications that are due and retries sinks that had no room.
    /// </summary>
    /// <param name="nowMilliseconds">A monotonic clock.</param>
    public void Tick(long nowMilliseconds)
    {
        foreach (WatchStreamState stream in _streams)
        {
            if (stream.WaitingResponses > 0)
            {
                stream.Flush();
                QueueCatchUp(stream);
            }
        }

        if (nowMilliseconds < _nextProgressMilliseconds)
        {
            return;
        }

        _nextProgressMilliseconds = long.MaxValue;
        foreach (WatchStreamState stream in _streams)
        {
            if (nowMilliseconds >= stream.NextProgressMilliseconds)
            {
                NotifyProgress(stream);
                stream.NextProgressMilliseconds = nowMilliseconds + ProgressInterval(stream);
            }

            _nextProgressMilliseconds = Math.Min(_nextProgressMilliseconds, stream.NextProgressMilliseconds);
        }
    }

    private void NotifyProgress(WatchStreamState stream)
    {
        foreach (Watcher watcher in stream.Watchers.Values)
        {
            if (!watcher.WantsProgress)
            {
                continue;
            }

            if (watcher.IsProgressDue && IsComplete(watcher) && stream.CanAnswer)
            {
                SendControl(stream, new WatchResponse { Header = HeaderAt(Revision), WatchId = watcher.Id });
            }

            watcher.IsProgressDue = true;
        }
    }

    /// <summary>
    /// Answers how far all watches of a stream are, or not at all while one of them is behind or starts in the future.
    /// The answer waits until the shard has published what is already visible, so that it is never older than what the
    /// client may have read before it asked.
    /// </summary>
    private void RequestProgress(WatchStreamState stream)
    {
        if (!IsComplete(stream))
        {
            return;
        }

        long target = NewestRevision;
        if (target <= Revision)
        {
            SendProgress(stream);
            return;
        }

        if (stream.ProgressTarget == 0)
        {
            _awaitingProgress.Add(stream);
        }

        stream.ProgressTarget = target;
    }

    private void AnswerProgressRequests()
    {
        for (int index = _awaitingProgress.Count - 1; index >= 0; index--)
        {
            WatchStreamState stream = _awaitingProgress[index];
            if (stream.ProgressTarget > Revision && !stream.IsClosed)
            {
                continue;
            }

            stream.ProgressTarget = 0;
            _awaitingProgress.RemoveAt(index);
            if (IsComplete(stream))
            {
                SendProgress(stream);
            }
        }
    }

    private void SendProgress(WatchStreamState stream)
    {
        if (stream.CanAnswer)
        {
            SendControl(stream, new WatchResponse { Header = HeaderAt(Revision), WatchId = NoWatchId });
        }
    }

    private bool IsComplete(WatchStreamState stream)
    {
        if (stream.IsClosed || stream.Watchers.Count == 0 || stream.Unsynced.Count > 0 || stream.CompactedCount > 0)
        {
            return false;
        }

        foreach (Watcher watcher in stream.Watchers.Values)
        {
            if (watcher.StartRevision > NewestRevision)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsComplete(Watcher watcher) =>
        watcher.State == WatcherState.Synced && watcher.StartRevision <= Revision;

    /// <summary>Up to a tenth of jitter, different for each stream, so that they do not all speak at once.</summary>
    private long ProgressInterval(WatchStreamState stream)
    {
        const long Spread = 7919; // A prime: consecutive streams land far apart.
        long interval = _options.ProgressIntervalMilliseconds;
        return interval + (stream.Number * Spread % Math.Max(1, interval / 10));
    }
}
