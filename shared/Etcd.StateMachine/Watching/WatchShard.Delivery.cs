using Etcdserverpb;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <content>Events on their way to sinks.</content>
public sealed partial class WatchShard
{
    // What one usual revision needs; one huge transaction must not leave its memory behind.
    private const int MaxSpareCapacity = 256;
    private const int MaxSpareLists = 4096;

    private readonly List<Watcher> _found = [];
    private readonly List<Watcher> _touched = [];
    private readonly Stack<List<Event>> _spareLists = new();
    private readonly List<WatchResponse> _pieces = [];
    private readonly Dictionary<Event, Event> _withPrevious = new(ReferenceEqualityComparer.Instance);
    private readonly SharedBody _plain = new();
    private readonly SharedBody _extended = new();
    private ResponseHeader? _header;

    /// <summary>
    /// Hands the events of one commit to the synced watches: one response for each watch and revision.
    /// </summary>
    /// <param name="batch">The revisions after <see cref="Revision"/>; those at or below it are skipped.</param>
    /// <exception cref="InvalidOperationException">A revision is missing in between.</exception>
    public void Publish(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        IReadOnlyList<RevisionEvents> revisions = batch.Revisions;
        for (int index = 0; index < revisions.Count; index++)
        {
            RevisionEvents events = revisions[index];
            if (events.Revision <= Revision)
            {
                continue;
            }

            if (events.Revision != Revision + 1)
            {
                throw new InvalidOperationException($"revision {events.Revision} published after {Revision}");
            }

            Revision = events.Revision;
            _recent.Add(events);
            PublishRevision(events);
        }

        AnswerProgressRequests();
    }

    private void PublishRevision(RevisionEvents events)
    {
        if (_synced.Count == 0)
        {
            return;
        }

        Collect(events, _synced, passOnly: false);
        foreach (Watcher watcher in _touched)
        {
            List<Event> collected = TakeCollected(watcher);
            if (watcher.Stream.CanDeliver)
            {
                Deliver(watcher, collected, events.Revision);
            }
            else
            {
                _synced.Remove(watcher);
                MakeUnsynced(watcher, events.Revision);
            }

            Recycle(collected);
        }

        _touched.Clear();
        Forget();
    }

    /// <summary>Lets go of what only the present revisions' watches share.</summary>
    private void Forget()
    {
        _withPrevious.Clear();
        _plain.Clear();
        _extended.Clear();
    }

    /// <summary>Sorts events by watcher: fills their lists and <see cref="_touched"/>.</summary>
    private void Collect(RevisionEvents events, WatcherIndex index, bool passOnly)
    {
        IReadOnlyList<Event> changes = events.Events;
        for (int position = 0; position < changes.Count; position++)
        {
            Event change = changes[position];
            index.Collect(change.Kv.Key.Span, _found);
            foreach (Watcher watcher in _found)
            {
                if (watcher.NextRevision > events.Revision
                    || watcher.Filters(change)
                    || (passOnly && !watcher.IsInPass))
                {
                    continue;
                }

                if (watcher.Collected is null)
                {
                    watcher.Collected = _spareLists.TryPop(out List<Event>? spare) ? spare : [];
                    _touched.Add(watcher);
                }

                watcher.Collected.Add(change);
            }

            _found.Clear();
        }
    }

    private static List<Event> TakeCollected(Watcher watcher)
    {
        List<Event> collected = watcher.Collected
            ?? throw new InvalidOperationException($"watcher {watcher.Id} was touched without events");
        watcher.Collected = null;
        return collected;
    }

    private void Recycle(List<Event> list)
    {
        if (list.Capacity <= MaxSpareCapacity && _spareLists.Count < MaxSpareLists)
        {
            list.Clear();
            _spareLists.Push(list);
        }
    }

    /// <summary>Sends events to a watch whose stream has credit.</summary>
    private void Deliver(Watcher watcher, List<Event> events, long headerRevision)
    {
        SentEventCount += events.Count;
        watcher.IsProgressDue = false;
        ResponseHeader header = HeaderAt(headerRevision);
        SharedBody shared = watcher.WantsPrevious ? _extended : _plain;
        if (shared.Find(header, events) is not { } body)
        {
            body = new WatchBody(ResponseOf(watcher, header, events));
            shared.Remember(header, events, body);
        }

        WatchMessage message = new(body, watcher.Id);
        if (!watcher.WantsFragments || message.SizeBytes < _options.FragmentBytes)
        {
            watcher.Stream.Send(message);
            return;
        }

        ResponseCutter.Cut(message.ToResponse(), _options.FragmentBytes, _pieces);
        foreach (WatchResponse piece in _pieces)
        {
            watcher.Stream.Send(MessageOf(piece));
        }

        _pieces.Clear();
    }

    private WatchResponse ResponseOf(Watcher watcher, ResponseHeader header, List<Event> events)
    {
        WatchResponse response = new() { Header = header };
        response.Events.Capacity = events.Count;
        foreach (Event change in events)
        {
            response.Events.Add(watcher.WantsPrevious ? WithPrevious(change) : change);
        }

        return response;
    }

    /// <summary>Takes a response over.</summary>
    private static WatchMessage MessageOf(WatchResponse response)
    {
        long watchId = response.WatchId;
        response.WatchId = 0;
        return new WatchMessage(new WatchBody(response), watchId);
    }

    /// <summary>The event with the key as it was before its revision; shared by all watches that want it.</summary>
    private Event WithPrevious(Event change)
    {
        KeyValue after = change.Kv;
        if (change.Type == Event.Types.EventType.Put && after.CreateRevision == after.ModRevision)
        {
            return change;
        }

        if (_withPrevious.TryGetValue(change, out Event? known))
        {
            return known;
        }

        KeyValue? before = _history.GetAt(after.Key, after.ModRevision - 1);
        Event extended = before is null ? change : new Event { Type = change.Type, Kv = after, PrevKv = before };
        _withPrevious.Add(change, extended);
        return extended;
    }

    /// <summary>Sends an answer; it waits in line when there is no room, since a client counts on every one.</summary>
    private static void SendControl(WatchStreamState stream, WatchResponse response)
    {
        WatchMessage message = MessageOf(response);
        if (stream.CanAnswer)
        {
            stream.Send(message);
        }
        else
        {
            stream.Wait(message);
        }
    }
}
