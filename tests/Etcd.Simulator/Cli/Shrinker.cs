using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>
/// Takes parts of the world away as long as the same rule stays broken. Each purpose has random numbers of its own, so
/// what remains changes little.
/// </summary>
internal static class Shrinker
{
    private static readonly (string Name, Func<Settings, Settings> Remove)[] Parts =
    [
        ("membership changes", static s => s with { ReconfigureWeight = 0 }),
        ("partitions", static s => s with { PartitionWeight = 0 }),
        ("pauses", static s => s with { PauseWeight = 0 }),
        ("crashes", static s => s with { CrashWeight = 0 }),
        ("fsync errors", static s => s with { SyncErrorWeight = 0 }),
        ("slow disks", static s => s with { SlowDiskWeight = 0 }),
        ("a restore", static s => s with { Restores = false }),
        ("damaged logs", static s => s with { DamageWeight = 0 }),
        ("lost disks", static s => s with { WipeWeight = 0 }),
        ("full disks", static s => s with { FullDiskWeight = 0 }),
        ("a quota", static s => s with { QuotaBytes = 0 }),
        ("clocks that jump", static s => s with { ClockWeight = 0 }),
        ("forced rare paths", static s => s with { Buggify = false }),
        ("loss", static s => s with { Loss = 0 }),
        ("repetition", static s => s with { Duplication = 0 }),
        ("drift", static s => s with { Drift = 0 }),
        ("compaction", static s => s with { Compactions = false }),
        ("leases", static s => s with { LeaseClients = 0 }),
        ("watches", static s => s with { Watchers = 0 }),
        ("half of the clients", static s => s with { Clients = Math.Max(1, s.Clients / 2) }),
        ("half of the time", static s => s with { FaultSeconds = Math.Max(2, s.FaultSeconds / 2) }),
        ("half of the time again", static s => s with { FaultSeconds = Math.Max(2, s.FaultSeconds / 2) }),
    ];

    /// <summary>The smallest failing run that was found, and what it does without.</summary>
    public static (Outcome Outcome, List<string> Without) Shrink(Outcome failed, Func<Bug> newBug)
    {
        Outcome smallest = failed;
        List<string> without = [];
        foreach ((string name, Func<Settings, Settings> remove) in Parts)
        {
            Settings smaller = remove(smallest.Simulation.Settings);
            if (smaller == smallest.Simulation.Settings)
            {
                continue;
            }

            Outcome outcome = Runner.Run(smaller, newBug());
            if (outcome.Failure is not null && outcome.Invariant == failed.Invariant)
            {
                smallest = outcome;
                without.Add(name);
            }
        }

        smallest = FirstFaults(smallest, failed.Invariant, newBug);
        return (smallest, without);
    }

    /// <summary>Leaves out the last faults: halves the number, then searches between the half that passes and the one
    /// that fails.</summary>
    private static Outcome FirstFaults(Outcome failed, string invariant, Func<Bug> newBug)
    {
        Outcome smallest = failed;
        int enough = failed.Simulation.Nemesis.Faults;
        for (int tooFew = -1; enough - tooFew > 1;)
        {
            int tried = tooFew + ((enough - tooFew) / 2);
            Outcome outcome = Runner.Run(failed.Simulation.Settings with { MostFaults = tried }, newBug());
            if (outcome.Failure is not null && outcome.Invariant == invariant)
            {
                smallest = outcome;
                enough = tried;
            }
            else
            {
                tooFew = tried;
            }
        }

        return smallest;
    }
}
