using Etcd.Node.Watching;

namespace Etcd.Node;

public sealed partial class MemberNode
{
    /// <summary>Watches over all shards; each number is of a moment of its own. Thread-safe.</summary>
    public WatchCounts WatchCounts
    {
        get
        {
            int watchers = 0, slow = 0;
            long events = 0;
            foreach (WatchShardLoop shard in _shards)
            {
                watchers += shard.Watchers;
                slow += shard.SlowWatchers;
                events += shard.SentEvents;
            }

            return new WatchCounts(watchers, slow, events);
        }
    }
}
