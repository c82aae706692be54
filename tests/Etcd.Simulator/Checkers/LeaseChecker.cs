using Etcd.Raft;
using Etcd.Simulator.World;
using Etcdserverpb;

namespace Etcd.Simulator.Checkers;

/// <summary>No lease ends before its time, none by the word of a leader that was deposed, and all that nobody renews do
/// end.</summary>
internal sealed class LeaseChecker
{
    private readonly Simulation _simulation;
    private readonly Dictionary<long, (long TtlSeconds, long AliveSince)> _leases = [];

    /// <summary>Begins without leases.</summary>
    public LeaseChecker(Simulation simulation) => _simulation = simulation;

    /// <summary>Begins with the leases of a snapshot, of whose renewals it may know nothing: nobody can say when they
    /// end, until they are renewed again.</summary>
    public LeaseChecker(Simulation simulation, IReadOnlyDictionary<long, long> restored)
        : this(simulation)
    {
        foreach ((long id, long ttlSeconds) in restored)
        {
            _leases.Add(id, (ttlSeconds, long.MinValue / 2));
        }
    }

    public int Expired { get; private set; }

    /// <summary>A client learned that its lease was renewed; it asked at <paramref name="asked"/>.</summary>
    public void Renewed(long leaseId, long asked)
    {
        if (_leases.TryGetValue(leaseId, out (long TtlSeconds, long AliveSince) lease))
        {
            _leases[leaseId] = lease with { AliveSince = Math.Max(lease.AliveSince, asked) };
        }
    }

    /// <summary>The first member applies an entry.</summary>
    public void Applying(in Entry entry, InternalRaftRequest request, bool isClients)
    {
        if (request.LeaseGrant is { } grant)
        {
            _leases.TryAdd(grant.ID, (grant.TTL, _simulation.Scheduler.Now));
        }
        else if (request.LeaseRevoke is { } revoke)
        {
            if (!isClients && _leases.TryGetValue(revoke.ID, out (long TtlSeconds, long AliveSince) lease))
            {
                CheckExpiry(entry.Term, revoke.ID, request.Header.ID, lease);
            }

            _leases.Remove(revoke.ID);
        }
    }

    /// <summary>Long after the last renewal nothing is left.</summary>
    public void CheckNoneIsLeft() => SimulationFailure.Unless(
        _leases.Count == 0,
        "leases expire",
        () => $"{_leases.Count} leases outlived their time, the first is {_leases.Keys.First()}");

    private void CheckExpiry(ulong term, long id, ulong requestId, (long TtlSeconds, long AliveSince) lease)
    {
        Expired++;
        ulong proposer = requestId >> 48;
        ulong leader = _simulation.Raft.LeaderOf(term);
        SimulationFailure.Unless(
            leader != 0 && proposer == (leader & 0xFFFF),
            "only the leader of the term ends a lease",
            () => $"lease {id} is revoked in term {term} of {leader:x} by {proposer:x}");
        double lived = (_simulation.Scheduler.Now - lease.AliveSince) / (double)Scheduler.Second;
        SimulationFailure.Unless(
            lived * (1 + _simulation.Settings.Drift) + 0.001 >= lease.TtlSeconds,
            "no lease ends early",
            () => $"lease {id} of {lease.TtlSeconds} s ends after {lived:F3} s");
    }
}
