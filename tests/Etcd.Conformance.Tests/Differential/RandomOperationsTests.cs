using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>The same operations in the same order against etcd and against ours give the same answers.</summary>
public sealed class RandomOperationsTests
{
    [Theory]
    [InlineData(1, 5000)]
    [InlineData(2, 2000)]
    public async Task Random_operations_answer_as_etcd_does_and_leave_the_same_hash(int seed, int operations)
    {
        await using var reference = await Cluster.StartReferenceAsync(1);
        await using var ours = await Cluster.StartOursAsync(1);
        var generator = new OperationGenerator(seed);

        for (int number = 0; number < operations; number++)
        {
            var request = generator.Next();
            var expected = await Answer.OfAsync(reference.Members[0], request);
            var actual = await Answer.OfAsync(ours.Members[0], request);

            Assert.True(
                expected.Text == actual.Text,
                $"seed {seed}, operation {number}: {request.Descriptor.Name} {request}\n"
                + $"--- etcd\n{expected.Text}\n--- ours\n{actual.Text}");
            generator.Revision = Math.Max(generator.Revision, expected.Revision);
            if (expected.Response is CompactionResponse)
            {
                generator.Compacted((CompactionRequest)request);
            }
        }

        // Ends the sweeps, or finds the newest one ended.
        var last = new CompactionRequest { Revision = generator.Revision, Physical = true };
        var ended = await Answer.OfAsync(reference.Members[0], last);
        Assert.Equal(ended.Text, (await Answer.OfAsync(ours.Members[0], last)).Text);
        var hash = await reference.Members[0].Maintenance.HashKVAsync(new HashKVRequest());
        var ourHash = await ours.Members[0].Maintenance.HashKVAsync(new HashKVRequest());
        Assert.Equal((hash.Hash, hash.CompactRevision), (ourHash.Hash, ourHash.CompactRevision));
    }
}
