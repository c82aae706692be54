using Etcdserverpb;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// The body of the last response, for the next watch that gets the same events: watches of one key or range come one
/// after another. Owned by the shard loop.
/// </summary>
internal sealed class SharedBody
{
    private readonly List<Event> _events = [];
    private ResponseHeader? _header;
    private WatchBody? _body;

    /// <summary>The body, when these are the events it was made of; else null. O(events).</summary>
    public WatchBody? Find(ResponseHeader header, List<Event> events)
    {
        if (!ReferenceEquals(header, _header) || events.Count != _events.Count)
        {
            return null;
        }

        for (int index = 0; index < events.Count; index++)
        {
            if (!ReferenceEquals(events[index], _events[index]))
            {
                return null;
            }
        }

        return _body;
    }

    /// <summary>Keeps a body until the next one.</summary>
    public void Remember(ResponseHeader header, List<Event> events, WatchBody body)
    {
        _header = header;
        _body = body;
        _events.Clear();
        _events.AddRange(events);
    }

    /// <summary>Lets go of it.</summary>
    public void Clear()
    {
        _header = null;
        _body = null;
        _events.Clear();
    }
}
