namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// The same operations in the same order against etcd and against ours give the same answers and events.
/// <c>ETCD_DIFFERENTIAL_SEEDS</c> (as <c>1-5</c>) and <c>ETCD_DIFFERENTIAL_OPERATIONS</c> make it a longer campaign.
/// </summary>
public sealed class RandomOperationsTests
{
    public static TheoryData<int, int> Runs()
    {
        string? seeds = Environment.GetEnvironmentVariable("ETCD_DIFFERENTIAL_SEEDS");
        string? operations = Environment.GetEnvironmentVariable("ETCD_DIFFERENTIAL_OPERATIONS");
        if (seeds is null)
        {
            return new() { { 1, 5000 }, { 2, 2000 } };
        }

        int[] ends = [.. seeds.Split('-').Select(int.Parse)];
        var runs = new TheoryData<int, int>();
        for (int seed = ends[0]; seed <= ends[^1]; seed++)
        {
            runs.Add(seed, int.Parse(operations ?? "100000"));
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Random_operations_answer_as_etcd_does_and_leave_the_same_hash(int seed, int operations)
    {
        await using var run = await DifferentialRun.StartAsync(seed);
        await run.RunAsync(operations);
    }
}
