using Etcd.Simulator.Members;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Faults;

/// <summary>Bad luck: draws faults, plans their end, and stops all of them when told.</summary>
internal sealed class Nemesis(Simulation simulation, Random random)
{
    private readonly Dictionary<ulong, long> _slowUntil = [];
    private readonly Partitions _partitions = new(simulation, random);
    private readonly DiskFaults _disks = new(simulation, random);
    private Reconfiguration _reconfiguration = new(simulation, random);
    private bool _tends;
    private bool _ended;

    public int Faults { get; private set; }

    public void Begin()
    {
        simulation.Scheduler.After(500 * Scheduler.Millisecond, Strike);
        if (simulation.Settings.QuotaBytes > 0)
        {
            simulation.Scheduler.After(3 * Scheduler.Second, MakeRoom);
        }
    }

    /// <summary>Nothing bad happens any more; whoever is down or paused comes back.</summary>
    public void End()
    {
        _ended = true;
        _slowUntil.Clear();
        _partitions.End();
        foreach (SimMember member in simulation.Members.ToArray())
        {
            DiskFaults.End(member);
            member.Resume();
            StartIfDown(member);
        }
    }

    /// <summary>An operator looks after members that cannot help themselves.</summary>
    public void Tend()
    {
        if (!_tends && !_ended)
        {
            _tends = true;
            simulation.Scheduler.After(random.Next(200, 1_500) * Scheduler.Millisecond, () =>
            {
                _tends = false;
                if (!_ended && _reconfiguration.HasReplacements)
                {
                    _reconfiguration.Step();
                    Tend();
                }
            });
        }
    }

    /// <summary>Another cluster has taken the place of the one that was.</summary>
    public void BeginAnew() => _reconfiguration = new Reconfiguration(simulation, random);

    private static void StartIfDown(SimMember member)
    {
        if (!member.IsRunning && !member.IsRetired && !member.IsBroken)
        {
            member.Start();
        }
    }

    /// <summary>True when an operator may yet take a healthy member away.</summary>
    public bool MayTakeHealthy => _reconfiguration.MayTakeHealthy;

    public void RestartLater(SimMember member)
    {
        long pause = _ended ? Scheduler.Millisecond : DownTime();
        simulation.Scheduler.After(pause, () => StartIfDown(member));
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
            settings.SyncErrorWeight, settings.ReconfigureWeight, settings.DamageWeight, settings.WipeWeight,
            settings.FullDiskWeight, settings.ClockWeight,
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
            () => Crash(member), () => Pause(member), _partitions.Begin, () => SlowDown(member),
            () => FailSync(member),
            _reconfiguration.Step, () => _disks.Damage(member),
            () => _disks.Wipe(member), () => _disks.Fill(member),
            () => SetClock(member), static () => { },
        ];
        if (Faults <= settings.MostFaults)
        {
            strikes[kind]();
        }

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

    /// <summary>An operator ends alarms now and then, whether or not there is room.</summary>
    private void MakeRoom()
    {
        if (simulation.AnyRunning(random) is { } contact)
        {
            contact.WhenAwake(contact.Disarm);
        }

        if (!_ended)
        {
            simulation.Scheduler.After(random.Next(1, 6) * Scheduler.Second, MakeRoom);
        }
    }

    private void SetClock(SimMember member)
    {
        long milliseconds = random.Next(4) switch
        {
            0 => random.Next(1, 5_000),
            1 => -random.Next(1, 5_000),
            2 => random.NextInt64(-10_000_000_000, 10_000_000_000),
            _ => 0,
        };
        if (milliseconds != 0)
        {
            member.JumpClock(milliseconds);
            return;
        }

        if (member.IsRunning)
        {
            member.Crash();
            RestartLater(member);
        }

        member.ForgetTime();
    }
}
