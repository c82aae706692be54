using Etcdserverpb;

namespace Etcd.StateMachine.Watching;

/// <content>What clients ask for: create, cancel, progress.</content>
public sealed partial class WatchShard
{
    private static readonly byte[] LowestKey = [0];

    /// <summary>The newest revision that anybody can have seen.</summary>
    private long NewestRevision => Math.Max(Revision, _history.Revision);

    /// <summary>Handles one request of a stream; an empty one is ignored.</summary>
    /// <param name="stream">The stream; a closed one is ignored.</param>
    /// <param name="request">The request; held by nobody afterwards.</param>
    /// <param name="denial">Why the caller may not watch the keys of a create request, as text of the cancel reason;
    /// null when it may, and for other requests.</param>
    public void Handle(WatchStreamState stream, WatchRequest request, string? denial)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(request);
        if (stream.IsClosed)
        {
            return;
        }

        switch (request.RequestUnionCase)
        {
            case WatchRequest.RequestUnionOneofCase.CreateRequest:
                Create(stream, request.CreateRequest, denial);
                break;
            case WatchRequest.RequestUnionOneofCase.CancelRequest:
                Cancel(stream, request.CancelRequest.WatchId);
                break;
            case WatchRequest.RequestUnionOneofCase.ProgressRequest:
                RequestProgress(stream);
                break;
            default:
                break;
        }
    }

    /// <summary>Creates a watch and answers; the checks come in etcd's order.</summary>
    private void Create(WatchStreamState stream, WatchCreateRequest request, string? denial)
    {
        byte[] key = request.Key.Length == 0 ? LowestKey : request.Key.ToByteArray();
        bool isRange = request.RangeEnd.Length != 0;
        bool hasEnd = isRange && !(request.RangeEnd.Length == 1 && request.RangeEnd[0] == 0);
        byte[]? end = hasEnd ? request.RangeEnd.ToByteArray() : null;
        string? refusal =
            request.StartRevision < 0 ? WatchCancelReasons.NegativeStart
            : denial is not null ? denial
            : end is not null && key.AsSpan().SequenceCompareTo(end) >= 0 ? WatchCancelReasons.EmptyRange
            : request.WatchId != 0 && stream.Watchers.ContainsKey(request.WatchId) ? WatchCancelReasons.DuplicateId
            : null;
        long newest = NewestRevision;
        if (refusal is not null)
        {
            SendControl(stream, new WatchResponse
            {
                Header = HeaderAt(newest),
                WatchId = NoWatchId,
                Created = true,
                Canceled = true,
                CancelReason = refusal,
            });
            return;
        }

        long id = request.WatchId != 0 ? request.WatchId : ChooseId(stream);
        Watcher watcher = new(stream, id, request, key, end, isRange);
        stream.Watchers.Add(id, watcher);
        SendControl(stream, new WatchResponse { Header = HeaderAt(newest), WatchId = id, Created = true });
        Place(watcher, newest);
    }

    /// <summary>Puts a new watch where its start belongs.</summary>
    private void Place(Watcher watcher, long newest)
    {
        long start = watcher.StartRevision;
        long compactRevision = _history.CompactRevision;
        if (start != 0 && start < compactRevision)
        {
            MakeUnsynced(watcher, start);
            CancelCompacted(watcher, compactRevision);
        }
        else if (start == 0 || start > Revision)
        {
            // A start that the view has passed and the shard has not is served by the batches still to come.
            watcher.NextRevision = start == 0 ? newest + 1 : start;
            watcher.State = WatcherState.Synced;
            _synced.Add(watcher);
        }
        else
        {
            MakeUnsynced(watcher, start);
        }
    }

    private static long ChooseId(WatchStreamState stream)
    {
        while (stream.Watchers.ContainsKey(stream.NextWatchId))
        {
            stream.NextWatchId++;
        }

        return stream.NextWatchId++;
    }

    /// <summary>Ends a watch; an id that is not in use gets no answer.</summary>
    private void Cancel(WatchStreamState stream, long watchId)
    {
        if (!stream.Watchers.Remove(watchId, out Watcher? watcher))
        {
            return;
        }

        Unlink(watcher);
        SendControl(
            stream,
            new WatchResponse { Header = HeaderAt(NewestRevision), WatchId = watchId, Canceled = true });
    }

    /// <summary>Tells the client that the start is gone. Etcd sends no revision and no reason with it.</summary>
    private void CancelCompacted(Watcher watcher, long compactRevision)
    {
        Unlink(watcher);
        watcher.State = WatcherState.Compacted;
        watcher.Stream.CompactedCount++;
        SendControl(watcher.Stream, new WatchResponse
        {
            Header = HeaderAt(0),
            WatchId = watcher.Id,
            Canceled = true,
            CompactRevision = compactRevision,
        });
    }

    /// <summary>Takes a watch out of everything but its stream's table.</summary>
    private void Unlink(Watcher watcher)
    {
        switch (watcher.State)
        {
            case WatcherState.Synced:
                _synced.Remove(watcher);
                break;
            case WatcherState.Unsynced:
                RemoveUnsynced(watcher);
                break;
            case WatcherState.Compacted:
                watcher.Stream.CompactedCount--;
                break;
            default:
                throw new InvalidOperationException($"watcher {watcher.Id} has state {watcher.State}");
        }
    }

    private void MakeSynced(Watcher watcher)
    {
        RemoveUnsynced(watcher);
        watcher.State = WatcherState.Synced;
        _synced.Add(watcher);
    }

    /// <summary>Makes a watch that is in no index wait for catching up.</summary>
    private void MakeUnsynced(Watcher watcher, long nextRevision)
    {
        watcher.State = WatcherState.Unsynced;
        watcher.NextRevision = nextRevision;
        _unsynced.Add(watcher);
        watcher.UnsyncedSlot = watcher.Stream.Unsynced.Count;
        watcher.Stream.Unsynced.Add(watcher);
        QueueCatchUp(watcher.Stream);
    }

    private void RemoveUnsynced(Watcher watcher)
    {
        _unsynced.Remove(watcher);
        List<Watcher> list = watcher.Stream.Unsynced;
        Watcher last = list[^1];
        list[watcher.UnsyncedSlot] = last;
        last.UnsyncedSlot = watcher.UnsyncedSlot;
        list.RemoveAt(list.Count - 1);
    }
}
