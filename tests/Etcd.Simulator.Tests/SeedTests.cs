using Etcd.Simulator.Bugs;
using Etcd.Simulator.Cli;
using Etcd.Simulator.Faults;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Tests;

public sealed class SeedTests
{
    private const int SeedsInARow = 25;

    /// <summary>Two hundred seeds; long campaigns are the console program's.</summary>
    public static TheoryData<int> Rows => new(Enumerable.Range(0, 8).Select(static row => (row * SeedsInARow) + 1));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Cluster_keeps_its_promises_whatever_happens(int first)
    {
        for (int seed = first; seed < first + SeedsInARow; seed++)
        {
            Outcome outcome = Runner.Run(seed, Scenarios.Any, Bug.None);

            Assert.True(outcome.Failure is null, $"seed {seed}: {outcome.Failure}");
            Assert.Equal(0, outcome.Simulation.Undecided);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(17)]
    public void Seed_run_twice_is_the_same_run(int seed)
    {
        Simulation first = Runner.Run(seed, Scenarios.Any, Bug.None).Simulation;
        Simulation second = Runner.Run(seed, Scenarios.Any, Bug.None).Simulation;

        Assert.Equal(first.Trace.Hash, second.Trace.Hash);
        Assert.Equal(first.Scheduler.Steps, second.Scheduler.Steps);
    }

    [Fact]
    public void Different_seeds_are_different_runs() => Assert.NotEqual(
        Runner.Run(1, Scenarios.Any, Bug.None).Simulation.Trace.Hash,
        Runner.Run(2, Scenarios.Any, Bug.None).Simulation.Trace.Hash);

    [Fact]
    public void Simulation_does_what_it_is_for()
    {
        Simulation[] runs = [.. Enumerable.Range(1, 18)
            .Select(static seed => Runner.Run(seed, Scenarios.Any, Bug.None).Simulation)];

        // A world in which nothing happens would pass every check.
        Assert.True(runs.Sum(static run => run.Answered) > 1_000, "clients get answers");
        Assert.True(runs.Sum(static run => run.Unknown) > 50, "clients lose answers");
        Assert.True(runs.Sum(static run => run.WatchEvents) > 500, "watches get events");
        Assert.True(runs.Sum(static run => run.ExpiredLeases) > 5, "leases expire");
        Assert.True(runs.Sum(static run => run.Elections) > 40, "leaders change");
        Assert.True(runs.Sum(static run => run.Nemesis.Faults) > 100, "faults strike");
        Assert.True(runs.Sum(static run => run.Installs) > 5, "whole states are sent");
        Assert.True(runs.Max(static run => run.Members.Count - run.Settings.Members) > 0, "members join");
    }

    /// <summary>Scenario, the event that it is about, how often at least in ten seeds.</summary>
    [Theory]
    [InlineData("corruption", nameof(TraceKind.DiskDamage), 10)]
    [InlineData("corruption", nameof(TraceKind.Refused), 5)]
    [InlineData("replacement", nameof(TraceKind.Refused), 10)]
    [InlineData("replacement", nameof(TraceKind.Reconfigure), 30)]
    [InlineData("space", nameof(TraceKind.DiskFailure), 20)]
    [InlineData("space", nameof(TraceKind.Alarm), 5)]
    [InlineData("clocks", nameof(TraceKind.ClockJump), 50)]
    [InlineData("restore", nameof(TraceKind.Restore), 18)]
    [InlineData("everything", nameof(TraceKind.Buggify), 20)]
    public void Scenario_does_what_its_name_says(string scenario, string kind, int least)
    {
        Simulation[] runs =
            [.. Enumerable.Range(1, 10).Select(seed => Runner.Run(seed, scenario, Bug.None).Simulation)];

        int count = runs.Sum(run => run.Trace.Count(Enum.Parse<TraceKind>(kind)));
        Assert.True(count >= least, $"{count} of {least}");
    }

    [Fact]
    public void Every_size_and_every_kind_of_world_is_drawn()
    {
        Settings[] drawn =
            [.. Enumerable.Range(1, 200).Select(static seed => Scenarios.Of(seed, Scenarios.Any))];

        Assert.Equal([1, 3, 5, 7], drawn.Select(static settings => settings.Members).Distinct().Order());
        Assert.Empty(Scenarios.Names.Except(drawn.Select(static settings => settings.Scenario)).Except(["calm"]));
        Assert.True(drawn.Select(static settings => settings.CatchUpEntries).Distinct().Count() > 50);
    }

    [Fact]
    public void Every_rare_place_is_reached()
    {
        int[] fired = new int[Enum.GetValues<RarePlace>().Length];
        for (int seed = 1; seed <= 60 && Array.Exists(fired, static count => count == 0); seed++)
        {
            IReadOnlyList<int> counts = Runner.Run(seed, "everything", Bug.None).Simulation.Buggify.Fired;
            for (int place = 0; place < fired.Length; place++)
            {
                fired[place] += counts[place];
            }
        }

        Assert.DoesNotContain(0, fired);
    }

    /// <summary>Seeds that once found a mistake in the product, or in a checker.</summary>
    [Theory]
    [InlineData(38, "crash")] // A received state with an unfinished compaction stopped the apply loop.
    [InlineData(282, "mixed")]
    [InlineData(243, "mixed")]
    [InlineData(73, "pause")] // A checkpoint overtook the renewal of a lease.
    [InlineData(465, "pause")]
    [InlineData(536, "pause")]
    [InlineData(2403, "everything")] // An answer of the lost cluster came after clients were told to start over.
    [InlineData(14878, "restore")]
    [InlineData(6616, "any")] // A candidate forgot the term that it was elected in.
    [InlineData(9005448, "any")] // A check counted the voters of a cluster half founded.
    public void Seed_that_once_failed_passes(int seed, string scenario)
    {
        Outcome outcome = Runner.Run(seed, scenario, Bug.None);

        Assert.True(outcome.Failure is null, $"seed {seed}: {outcome.Failure}");
    }
}
