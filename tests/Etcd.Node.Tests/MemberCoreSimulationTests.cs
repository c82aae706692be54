using Etcd.Node.Tests.Cluster;

namespace Etcd.Node.Tests;

public sealed class MemberCoreSimulationTests
{
    /// <summary>Thirty seeds, or as many as SIMULATION_SEEDS says, for long runs.</summary>
    public static TheoryData<int> Seeds => new(Enumerable.Range(
        1, int.TryParse(Environment.GetEnvironmentVariable("SIMULATION_SEEDS"), out int count) ? count : 30));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Members_agree_whatever_is_lost_delayed_or_crashed(int seed)
    {
        SimulatedCluster cluster = new(seed, members: 3);
        for (int step = 0; step < 4_000; step++)
        {
            cluster.Step();
        }

        cluster.HealAndSettle();
        int before = cluster.Acknowledged;
        cluster.PutOnEveryMember();
        cluster.HealAndSettle();
        cluster.CheckAgreement();
        Assert.True(
            cluster.Acknowledged == before + 3,
            $"seed {seed}: {cluster.Acknowledged - before} of 3 puts are acknowledged after all faults ended");
    }

    [Fact]
    public void Some_seeds_make_members_take_over_whole_states()
    {
        int installed = 0;
        for (int seed = 2; seed <= 20 && installed == 0; seed += 2)
        {
            SimulatedCluster cluster = new(seed, members: 3);
            for (int step = 0; step < 4_000; step++)
            {
                cluster.Step();
            }

            installed += cluster.InstalledStates;
        }

        Assert.True(installed > 0, "no state was ever sent as a whole");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        string[] runs = [Run(), Run()];
        Assert.Equal(runs[0], runs[1]);

        static string Run()
        {
            SimulatedCluster cluster = new(seed: 77, members: 3);
            for (int step = 0; step < 2_000; step++)
            {
                cluster.Step();
            }

            return cluster.Describe();
        }
    }
}
