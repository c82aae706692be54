using Etcd.Raft.Tests.Simulation;

namespace Etcd.Raft.Tests;

public sealed class SimulationTests
{
    private const int SeedsPerBatch = 30;
    private const int StepsPerSeed = 3000;

    public static TheoryData<int> Batches => new(Enumerable.Range(0, 10));

    [Theory]
    [MemberData(nameof(Batches))]
    public void Cluster_keeps_its_promises_under_faults_and_recovers(int batch)
    {
        int leaders = 0;
        int reads = 0;
        ulong applied = 0;
        for (int seed = batch * SeedsPerBatch; seed < (batch + 1) * SeedsPerBatch; seed++)
        {
            try
            {
                ClusterSimulation simulation = new(seed);
                simulation.Run(StepsPerSeed);
                simulation.Heal();
                leaders += simulation.Checks.LeaderCount;
                reads += simulation.Checks.ReadCount;
                applied += simulation.Checks.MaxApplied;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }

        // A simulation in which nothing happens proves nothing.
        Assert.True(leaders > SeedsPerBatch, $"only {leaders} leaders");
        Assert.True(reads > SeedsPerBatch, $"only {reads} reads");
        Assert.True(applied > (ulong)SeedsPerBatch * 20, $"only {applied} entries applied");
    }
}
