using Etcd.Simulator.World;

namespace Etcd.Simulator.Faults;

/// <summary>Cuts the network: one member off, in halves, in one direction, with a bridge, or on and off.</summary>
internal sealed class Partitions(Simulation simulation, Random random)
{
    private bool _ended;

    public void End() => _ended = true;

    /// <summary>Cuts some links, for a while.</summary>
    public void Begin()
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
