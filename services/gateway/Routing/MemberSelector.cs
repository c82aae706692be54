using Etcd.Gateway.Cluster;

namespace Etcd.Gateway.Routing;

/// <summary>Picks the member for a request. Thread-safe.</summary>
internal sealed class MemberSelector
{
    private int _turn;

    /// <summary>The member to serve a request now; null when there is none.</summary>
    /// <param name="view">Who can serve what.</param>
    /// <param name="target">What is asked for.</param>
    /// <param name="isStream">Whether streams or calls decide who is least busy.</param>
    /// <param name="avoid">A member that has just failed the request, taken only if nobody else can; or null.</param>
    public MemberEndpoint? Select(ClusterView view, RouteTarget target, bool isStream, MemberEndpoint? avoid)
    {
        if (target != RouteTarget.AnyMember)
        {
            return view.Leader;
        }

        // Members that are equally busy take turns.
        var count = view.Readers.Count;
        var start = count == 0 ? 0 : (int)((uint)Interlocked.Increment(ref _turn) % (uint)count);
        MemberEndpoint? best = null;
        var bestLoad = int.MaxValue;
        for (var i = 0; i < count; i++)
        {
            var member = view.Readers[(start + i) % count];
            var load = member == avoid ? int.MaxValue - 1 : isStream ? member.Streams : member.Calls;
            if (load < bestLoad)
            {
                (best, bestLoad) = (member, load);
            }
        }

        return best;
    }
}
