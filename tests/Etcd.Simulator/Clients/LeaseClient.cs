using System.Globalization;
using Etcd.Protocol.Errors;
using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.Clients;

/// <summary>
/// Takes leases, hangs keys on them, keeps them alive for a while through whoever leads, then lets them go: by a
/// revocation, or by silence.
/// </summary>
internal sealed class LeaseClient(Simulation simulation, ulong id, int purpose)
{
    private readonly Random _random = simulation.Settings.Random(purpose);
    private long _lease;
    private int _life;
    private int _keys;

    public void Begin() => simulation.Scheduler.After(_random.Next(1_000_000), Grant);

    private void Grant()
    {
        if (!simulation.ClientsRun)
        {
            return;
        }

        long lease = simulation.NextValue();
        _lease = 0;
        _life = _random.Next(0, 12);
        if (simulation.AnyRunning(_random) is { } member)
        {
            LeaseGrantRequest grant = new() { ID = lease, TTL = _random.Next(2, 7) };
            simulation.Trace.Add(TraceKind.Invoke, id, lease, (long)member.Id, "grant");
            member.WhenAwake(() => member.Propose(
                new InternalRaftRequest { LeaseGrant = grant }, result => _lease = result.Error is null ? lease : 0));
        }

        simulation.Scheduler.After(_random.Next(100_000, 1_500_000), Live);
    }

    private void Live()
    {
        if (_lease == 0 || !simulation.ClientsRun)
        {
            Grant();
            return;
        }

        if (_life-- <= 0)
        {
            End();
            return;
        }

        if (_random.Next(3) == 0)
        {
            Attach();
        }
        else
        {
            Renew(_lease);
        }

        simulation.Scheduler.After(_random.Next(200_000, 1_200_000), Live);
    }

    private void Attach()
    {
        long lease = _lease;
        string key = string.Create(CultureInfo.InvariantCulture, $"l{id:x}{_keys++ % 3}");
        PutRequest put = new()
        {
            Key = ByteString.CopyFromUtf8(key),
            Value = ByteString.CopyFromUtf8("x"),
            Lease = lease,
        };
        if (simulation.AnyRunning(_random) is { } member)
        {
            member.WhenAwake(() => member.Propose(new InternalRaftRequest { Put = put }, result =>
            {
                if (result.Error == EtcdErrors.LeaseNotFound && lease == _lease)
                {
                    _lease = 0;
                }
            }));
        }
    }

    private void Renew(long lease)
    {
        long asked = simulation.Scheduler.Now;
        if (simulation.AnyLeader() is not { } member)
        {
            return;
        }

        member.WhenAwake(() => member.KeepAlive(lease, ttlSeconds =>
        {
            if (ttlSeconds > 0)
            {
                simulation.Trace.Add(TraceKind.Renewed, id, lease, (long)member.Id);
                simulation.Leases.Renewed(lease, asked);
            }
            else if (ttlSeconds == 0 && lease == _lease)
            {
                _lease = 0;
            }
        }));
    }

    private void End()
    {
        long lease = _lease;
        _lease = 0;
        if (_random.Next(3) == 0 && simulation.AnyRunning(_random) is { } member)
        {
            LeaseRevokeRequest revoke = new() { ID = lease };
            member.WhenAwake(() => member.Propose(new InternalRaftRequest { LeaseRevoke = revoke }, static _ => { }));
        }

        simulation.Scheduler.After(_random.Next(100_000, 1_000_000), Grant);
    }
}
