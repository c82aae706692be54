using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.Testing;

namespace Etcd.Simulator.Faults;

/// <summary>
/// The worst day: a snapshot was taken through some member, later the whole cluster is lost, and another one, of
/// another size and with other ids, is made from the file. What was written after the snapshot is gone; the revision
/// is raised above everything that clients may have seen, or, with a plain restore, clients are told to start over.
/// </summary>
internal sealed class Restoration(Simulation simulation, Random random)
{
    // Far above what a cluster writes between a snapshot and its loss.
    private const long Bump = 10_000;

    private bool _ended;

    public int Restores { get; private set; }

    public void Begin()
    {
        if (simulation.Settings.Restores)
        {
            long faults = simulation.Settings.FaultSeconds * Scheduler.Second;
            simulation.Scheduler.After(random.NextInt64(faults / 4, faults / 2), TakeSnapshot);
        }
    }

    public void End() => _ended = true;

    private void TakeSnapshot()
    {
        if (_ended)
        {
            return;
        }

        if (simulation.AnyRunning(random) is not { IsPaused: false, Core.State.AppliedIndex: > 0 } member)
        {
            simulation.Scheduler.After(100 * Scheduler.Millisecond, TakeSnapshot);
            return;
        }

        InMemoryEngine state = member.Disk.Engine.Copy();
        ulong index = member.Core.State.AppliedIndex;
        simulation.Trace.Add(TraceKind.Restore, member.Id, (long)index, text: "snapshot");
        long until = random.Next(10, 4_000) * Scheduler.Millisecond;
        simulation.Scheduler.After(until, () => Restore(state, index));
    }

    private void Restore(InMemoryEngine state, ulong index)
    {
        if (_ended)
        {
            return;
        }

        Restores++;
        int[] sizes = [1, 3, 3, 5];
        bool isTold = random.Next(3) == 0 && !simulation.Bug.RestoresWithoutBump;
        simulation.Trace.Add(TraceKind.Restore, 0, (long)index, isTold ? 0 : Bump);
        simulation.BeginAnew(
            state,
            index,
            sizes[random.Next(sizes.Length)],
            isTold || simulation.Bug.RestoresWithoutBump ? 0 : Bump,
            isTold);
    }
}
