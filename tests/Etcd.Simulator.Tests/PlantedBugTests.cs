using Etcd.Simulator.Bugs;
using Etcd.Simulator.Cli;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Tests;

/// <summary>A simulator that finds nothing proves nothing: each planted bug must be found, by the rule it breaks or by
/// an assertion of the product.</summary>
public sealed class PlantedBugTests
{
    /// <summary>Name, scenario, seeds that it may take.</summary>
    public static TheoryData<string, string, int> Limits => new()
    {
        { "ack-before-fsync", "any", 5 },
        { "answer-before-commit", "any", 5 },
        { "applies-twice", "any", 20 },
        { "compaction-loses-events", "any", 60 },
        { "deposed-leader-revokes", "pause", 60 },
        { "drops-changes", "any", 20 },
        { "flush-returns-early", "any", 20 },
        { "forgets-terms", "any", 20 },
        { "forgets-votes", "elections", 250 },
        { "ids-by-wall-clock", "clocks", 20 },
        { "lease-by-wall-clock", "clocks", 20 },
        { "leases-end-early", "any", 10 },
        { "leases-never-end", "any", 10 },
        { "loses-synced-entries", "any", 20 },
        { "loses-watch-batches", "any", 10 },
        { "reads-by-clock", "pause", 100 },
        { "reads-from-deposed-leader", "any", 60 },
        { "reads-locally", "any", 10 },
        { "rejoins-empty", "replacement", 20 },
        { "repairs-any-corruption", "corruption", 20 },
        { "repeats-event-on-resume", "any", 20 },
        { "repeats-proposals", "any", 20 },
        { "restore-lowers-revision", "any", 20 },
        { "restore-without-bump", "restore", 20 },
        { "restores-old-disk", "any", 20 },
        { "resurrects-entries", "elections", 20 },
        { "retries-fsync", "space", 20 },
        { "retries-proposals", "any", 5 },
        { "serves-after-disk-full", "space", 20 },
        { "skips-checksums", "corruption", 20 },
        { "torn-applied-index", "any", 20 },
        { "wrong-previous-value", "any", 10 },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Planted_bug_is_found(string name, string scenario, int mostSeeds)
    {
        for (int seed = 1; seed <= mostSeeds; seed++)
        {
            if (Runner.Run(seed, scenario, PlantedBugs.ByName[name]()).Failure is not null)
            {
                return;
            }
        }

        Assert.Fail($"{name} is not found within {mostSeeds} seeds of {scenario}");
    }

    [Fact]
    public void Every_planted_bug_has_a_limit() => Assert.Equal(
        PlantedBugs.ByName.Keys, Limits.Select(static row => (string)row[0]).Order(StringComparer.Ordinal));
}
