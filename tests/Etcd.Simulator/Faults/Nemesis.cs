using Etcd.Simulator.Members;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Faults;

/// <summary>Bad luck: draws faults, plans their end, and stops all of them when told.</summary>
internal sealed class Nemesis(Simulation simulation, Random random)
{
    private readonly Dictionary<ulong, long> _slowUntil = [];
    private readonly Reconfiguration _reconfiguration = new(simulation, random);
    private bool _ended;

    public int Faults { get; private set; }

    public void Begin() => simulation.Scheduler.After(500 * Scheduler.Millisecond, Strike);

    /// <summary>Nothing bad happens any more; whoever is down or paused comes back.</summary>
    public void End()
    {
        _ended = true;
        _slowUntil.Clear();
        foreach (SimMember member in simulation.Members.ToArray())
        {
            member.Disk.Log.FailNextSync = false;
            member.Resume();
            if (!member.IsRunning && !member.IsRetired)
            {
                member.Start();
            }
        }
    }

    public void RestartLater(SimMember member)
    {
        long pause = _ended ? Scheduler.Millisecond : DownTime();
        simulation.Scheduler.After(pause, () =>
        {
            if (!member.IsRunning && !member.IsRetired)
            {
                member.Start();
            }
        });
    }

    private long DownTime()
    {
        int most = simulation.Settings.DownMilliseconds;
        return random.Next(2, random.Next(4) == 0 ? most * 5 : most) * Scheduler.Millisecond;
    }

    /// <summary>A removed member may run on for a while without knowing, and disturb the others.</summary>
    public void Retire(SimMember member) =>
        simulation.Scheduler.After(random.Next(1, 3_000) * Scheduler.Millisecond, () =>
        {
            if (member.IsRunning)
            {
                member.Crash();
            }
        });

    public long SyncTime(ulong memberId)
    {
        double mean = _ended ? Math.Min(simulation.Settings.SyncTime, 2_000) : simulation.Settings.SyncTime;
        bool slow = _slowUntil.TryGetValue(memberId, out long until) && until > simulation.Scheduler.Now;
        return 20 + (long)(mean * -Math.Log(1 - random.NextDouble()) * (slow ? 100 : 1));
    }

    private void Strike()
    {
        if (_ended)
        {
            return;
        }

        Settings settings = simulation.Settings;
        int[] weights =
        [
            settings.CrashWeight, settings.PauseWeight, settings.PartitionWeight, settings.SlowDiskWeight,
            settings.SyncErrorWeight, settings.ReconfigureWeight,
        ];
        int drawn = random.Next(Math.Max(1, weights.Sum()));
        int kind = 0;
        while (kind < weights.Length && drawn >= weights[kind])
        {
            drawn -= weights[kind++];
        }

        Faults++;
        SimMember member = simulation.Members[random.Next(simulation.Members.Count)];
        Action[] strikes =
        [
            () => Crash(member), () => Pause(member), Partition, () => SlowDown(member), () => FailSync(member),
            _reconfiguration.Step, static () => { },
        ];
        strikes[kind]();
        double factor = -Math.Log(1 - random.NextDouble());
        simulation.Scheduler.After((long)(settings.FaultInterval * factor), Strike);
    }

    private void Crash(SimMember member)
    {
        // Now and then all at once, as when the power fails.
        SimMember[] victims = random.Next(8) == 0 ? [.. simulation.Members] : [member];
        foreach (SimMember victim in victims)
        {
            if (victim.IsRunning)
            {
                victim.Crash();
                RestartLater(victim);
            }
        }
    }

    private void Pause(SimMember member)
    {
        if (!member.IsRunning || member.IsPaused)
        {
            return;
        }

        member.Pause();
        simulation.Scheduler.After(random.Next(50, 6_000) * Scheduler.Millisecond, member.Resume);
    }

    private void SlowDown(SimMember member)
    {
        simulation.Trace.Add(TraceKind.SlowDisk, member.Id);
        _slowUntil[member.Id] = simulation.Scheduler.Now + (random.Next(500, 6_000) * Scheduler.Millisecond);
    }

    private static void FailSync(SimMember member) => member.Disk.Log.FailNextSync = true;

    private void Partition()
    {
        ulong[] ids = [.. simulation.Members.Select(static member => member.Id)];
        random.Shuffle(ids);
        simulation.Network.Mend();
        int kind = random.Next(6);
        simulation.Trace.Add(TraceKind.Partition, ids[0], kind, ids.Length);
        switch (kind)
        {
            case 0:
                simulation.Network.Mend();
                return;
            case 1:
                Split(ids, 1, oneWay: false);
                break;
            case 2:
                Split(ids, ids.Length / 2, oneWay: false);
                break;
            case 3:
                Split(ids, random.Next(1, Math.Max(2, ids.Length)), oneWay: true);
                break;
            case 4:
                Bridge(ids);
                break;
            default:
                Flap(ids, random.Next(3, 12));
                return;
        }

        simulation.Scheduler.After(random.Next(200, 7_000) * Scheduler.Millisecond, Heal);
    }

    private void Heal()
    {
        simulation.Trace.Add(TraceKind.Heal, 0);
        simulation.Network.Mend();
    }

    private void Split(ulong[] ids, int count, bool oneWay)
    {
        foreach (ulong one in ids.Take(count))
        {
            foreach (ulong other in ids.Skip(count))
            {
                simulation.Network.Cut(one, other);
                if (!oneWay)
                {
                    simulation.Network.Cut(other, one);
                }
            }
        }
    }

    /// <summary>Two halves that only the last member can reach both of.</summary>
    private void Bridge(ulong[] ids) => Split(ids[..^1], (ids.Length - 1) / 2, oneWay: false);

    private void Flap(ulong[] ids, int times)
    {
        if (times == 0 || _ended)
        {
            simulation.Network.Mend();
            return;
        }

        if (times % 2 == 0)
        {
            simulation.Network.Mend();
        }
        else
        {
            Split(ids, 1, oneWay: times % 4 == 1);
        }

        simulation.Scheduler.After(random.Next(50, 1_500) * Scheduler.Millisecond, () => Flap(ids, times - 1));
    }
}
