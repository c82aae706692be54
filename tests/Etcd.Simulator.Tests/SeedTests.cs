using Etcd.Simulator.Bugs;
using Etcd.Simulator.Cli;
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
            Assert.Equal(0, outcome.Simulation.Histories.Undecided);
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
        Assert.True(runs.Sum(static run => run.Leases.Expired) > 5, "leases expire");
        Assert.True(runs.Sum(static run => run.Raft.Elections) > 40, "leaders change");
        Assert.True(runs.Sum(static run => run.Nemesis.Faults) > 100, "faults strike");
        Assert.True(runs.Sum(static run => run.Installs) > 5, "whole states are sent");
        Assert.True(runs.Max(static run => run.Members.Count - run.Settings.Members) > 0, "members join");
    }

    /// <summary>Seeds that once found a mistake in the product.</summary>
    [Theory]
    [InlineData(38, "crash")] // A received state with an unfinished compaction stopped the apply loop.
    [InlineData(282, "mixed")]
    [InlineData(243, "mixed")]
    [InlineData(73, "pause")] // A checkpoint overtook the renewal of a lease.
    [InlineData(465, "pause")]
    [InlineData(536, "pause")]
    public void Seed_that_once_failed_passes(int seed, string scenario)
    {
        Outcome outcome = Runner.Run(seed, scenario, Bug.None);

        Assert.True(outcome.Failure is null, $"seed {seed}: {outcome.Failure}");
    }
}
