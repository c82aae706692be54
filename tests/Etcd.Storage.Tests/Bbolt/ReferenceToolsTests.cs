using System.Text.Json;
using Etcd.Ports.Engine;
using Etcd.Storage.Bbolt;
using Etcd.Testing;

namespace Etcd.Storage.Tests.Bbolt;

/// <summary>The real tools take our file for their own, and we theirs.</summary>
public sealed class ReferenceToolsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Snapshot_status_gives_our_hash_and_counts()
    {
        foreach (var revisions in (int[])[0, 1, 5, 400, 20_000])
        {
            using var state = SampleState.Member(revisions, seed: revisions);
            var path = await WriteSnapshotAsync(state);
            using var status = JsonDocument.Parse(
                await ReferenceServer.RunAsync("etcdutl", "snapshot", "status", path, "-w", "json"));
            var (hash, rows) = SampleState.StatusHash(state);
            Assert.Equal(hash, status.RootElement.GetProperty("hash").GetUInt32());
            Assert.Equal(revisions == 0 ? 0 : revisions + 1, status.RootElement.GetProperty("revision").GetInt64());
            Assert.Equal(rows, status.RootElement.GetProperty("totalKey").GetInt32());
            Assert.Equal(new FileInfo(path).Length - 32, status.RootElement.GetProperty("totalSize").GetInt64());
        }
    }

    [Fact]
    public async Task Restored_server_holds_our_rows_and_its_snapshot_reads_back()
    {
        using var state = SampleState.Member(revisions: 3000, seed: 9);
        var snapshot = await WriteSnapshotAsync(state);
        var data = _directory.Combine("restored.etcd");
        await ReferenceServer.RunAsync("etcdutl", "snapshot", "restore", snapshot, "--data-dir", data);
        await using (var server = await ReferenceServer.StartAsync(data))
        {
            var saved = _directory.Combine("saved.db");
            await server.ControlAsync("snapshot", "save", saved);
            Assert.Equal(
                DatabaseFileHash.Matches, await DatabaseFileReader.CheckHashAsync(saved, CancellationToken.None));
            using var file = DatabaseFileReader.Open(saved);
            foreach (var bucket in (Bucket[])[Bucket.Key, Bucket.Lease])
            {
                Assert.Equal(
                    SampleState.Rows(state.Scan(bucket, [], [])), SampleState.Rows(file.OpenBucket(bucket)));
            }
        }

        // A running server keeps its own file locked.
        using var live = DatabaseFileReader.Open(Path.Combine(data, "member", "snap", "db"));
        Assert.Equal(3000, SampleState.Rows(live.OpenBucket(Bucket.Key)).Count);
    }

    private async Task<string> WriteSnapshotAsync(InMemoryEngine state)
    {
        var path = _directory.Combine("snapshot.db");
        using var snapshot = state.OpenSnapshot();
        var writer = DatabaseFileWriter.Plan(snapshot, CancellationToken.None);
        await using var output = File.Create(path);
        await writer.WriteAsync(output, appendHash: true, CancellationToken.None);
        return path;
    }
}
