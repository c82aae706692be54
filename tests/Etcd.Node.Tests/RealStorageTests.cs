using Etcd.Node.Tests.Cluster;
using Etcd.StateMachine;
using Etcd.Storage.RocksDb;
using Etcd.Storage.Wal;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Node.Tests;

public sealed class RealStorageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-node-").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Puts_survive_restarts_on_files(bool checkpoints)
    {
        for (int run = 0; run < 3; run++)
        {
            using RocksDbEngine engine = RocksDbEngine.Open(
                new RocksDbEngineOptions { Directory = Path.Combine(_directory, "db") });
            await using MemberNode node = await StartAsync(engine);
            for (int i = 0; i < 50; i++)
            {
                Assert.Null((await PutAsync(node, $"r{run}-{i}")).Error);
            }

            if (checkpoints)
            {
                await node.CheckpointAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
            }

            Assert.Equal((run + 1) * 50, node.View.KeyCount);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<MemberNode> StartAsync(RocksDbEngine engine) => MemberNode.StartAsync(
        new MemberNodeOptions
        {
            Name = "m1",
            MemberId = TestCluster.Member(1).Id,
            ClusterId = 7,
            InitialMembers = [TestCluster.Member(1)],
            HeartbeatMilliseconds = 20,
            ElectionMilliseconds = 200,
        },
        new SegmentedRaftLogStore(Path.Combine(_directory, "wal"), new WalOptions { SegmentSizeBytes = 64 * 1024 }),
        engine,
        new MemoryNetwork().TransportOf(TestCluster.Member(1).Id),
        TimeProvider.System,
        NullLoggerFactory.Instance,
        CancellationToken.None);

    private static async Task<ApplyResult> PutAsync(MemberNode node, string key) => await node.ProposeAsync(
        new InternalRaftRequest
        {
            Put = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(new byte[1000]) },
        },
        CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
}
