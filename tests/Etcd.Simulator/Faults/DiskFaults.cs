using Etcd.Simulator.Members;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Faults;

/// <summary>Disks that lie, fill up or are lost.</summary>
internal sealed class DiskFaults(Simulation simulation, Random random)
{
    /// <summary>From now on the disk does what it says; what is damaged stays so.</summary>
    public static void End(SimMember member)
    {
        member.Disk.Log.FailNextSync = false;
        member.Disk.Log.MisdirectNextSync = false;
        member.Disk.IsFull = false;
    }

    /// <summary>A bit of the log flips, or a write goes astray. Then the power fails, or it shows at some later start.
    /// </summary>
    public void Damage(SimMember member)
    {
        if (!CanLose(member))
        {
            return;
        }

        bool flips = random.Next(2) == 0;
        bool done = !flips || member.Disk.Log.FlipBit(random);
        member.Disk.Log.MisdirectNextSync = !flips;
        simulation.Trace.Add(TraceKind.DiskDamage, member.Id, flips ? 1 : 2);
        if (done && random.Next(2) == 0 && member.IsRunning)
        {
            simulation.Scheduler.After(random.Next(1, 500) * Scheduler.Millisecond, () =>
            {
                if (member.IsRunning)
                {
                    member.Crash();
                    simulation.Restart(member);
                }
            });
        }
    }

    public void Wipe(SimMember member)
    {
        if (CanLose(member))
        {
            simulation.Trace.Add(TraceKind.DiskDamage, member.Id, 3);
            member.LoseFiles();
        }
    }

    public void Fill(SimMember member)
    {
        simulation.Trace.Add(TraceKind.DiskFull, member.Id, 1);
        member.Disk.IsFull = true;
        simulation.Scheduler.After(random.Next(100, 5_000) * Scheduler.Millisecond, () =>
        {
            simulation.Trace.Add(TraceKind.DiskFull, member.Id, 0);
            member.Disk.IsFull = false;
        });
    }

    /// <summary>Raft stands the loss of a minority of disks, and an operator who waits for it to be made good before
    /// he takes a healthy member away.</summary>
    private bool CanLose(SimMember member)
    {
        ulong[] voters = simulation.Voters;
        int left = voters.Count(id => id != member.Id && simulation.Find(id) is { IsLost: false });
        return !simulation.Nemesis.MayTakeHealthy
            && !member.IsLost
            && voters.Contains(member.Id)
            && left > voters.Length / 2;
    }
}
