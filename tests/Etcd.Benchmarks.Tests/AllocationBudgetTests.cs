using Etcd.Benchmarks.Micro;

namespace Etcd.Benchmarks.Tests;

/// <summary>The hot path allocates no more than its budget. Bytes only: they do not depend on the machine.</summary>
public sealed class AllocationBudgetTests
{
    public static TheoryData<string> Names() => [.. MicroCatalog.All.Select(static benchmark => benchmark.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_allocates_no_more_than_its_budget(string name)
    {
        double budget = AllocationBudgets.Load()[name];

        double bytes = MicroCatalog.All.Single(benchmark => benchmark.Name == name).AllocatedBytes();

        Assert.True(bytes <= budget, $"{name} allocates {bytes} bytes an operation; its budget is {budget}");
    }

    [Fact]
    public void Every_budget_belongs_to_a_benchmark() =>
        Assert.Equal(MicroCatalog.All.Select(static benchmark => benchmark.Name), AllocationBudgets.Load().Keys);
}
