using Etcd.Ports.Engine;
using Etcd.Storage.Bbolt;
using Etcd.Testing;

namespace Etcd.Storage.Tests.Bbolt;

public sealed class DatabaseFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(2, 4096)]
    [InlineData(3, 4096)]
    [InlineData(4, 16384)]
    [InlineData(5, 65536)]
    [InlineData(6, 1024)]
    [InlineData(7, 4096)]
    public async Task Written_file_reads_back_row_by_row(int seed, int pageSizeBytes)
    {
        using var state = SampleState.Random(seed);
        var path = await WriteAsync(state, pageSizeBytes, appendHash: true);
        Assert.Equal(DatabaseFileHash.Matches, await DatabaseFileReader.CheckHashAsync(path, CancellationToken.None));
        using var file = DatabaseFileReader.Open(path);
        Assert.Equal(pageSizeBytes, file.PageSizeBytes);
        Assert.Equal(file.SizeBytes + 32, new FileInfo(path).Length);
        foreach (var bucket in Enum.GetValues<Bucket>())
        {
            Assert.Equal(SampleState.Rows(state.Scan(bucket, [], [])), SampleState.Rows(file.OpenBucket(bucket)));
        }
    }

    [Fact]
    public async Task Empty_state_is_a_file_of_three_pages()
    {
        using var state = new InMemoryEngine();
        var path = await WriteAsync(state, 4096, appendHash: false);
        Assert.Equal(3 * 4096, new FileInfo(path).Length);
        Assert.Equal(DatabaseFileHash.Missing, await DatabaseFileReader.CheckHashAsync(path, CancellationToken.None));
        using var file = DatabaseFileReader.Open(path);
        Assert.All(Enum.GetValues<Bucket>(), bucket => Assert.Empty(SampleState.Rows(file.OpenBucket(bucket))));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(65536)]
    public async Task File_with_one_damaged_meta_page_is_read_by_the_other(int pageSizeBytes)
    {
        using var state = SampleState.Member(revisions: 200, seed: 1);
        var path = await WriteAsync(state, pageSizeBytes, appendHash: false);
        var whole = await File.ReadAllBytesAsync(path);
        foreach (var meta in (int[])[0, 1])
        {
            var bytes = whole.ToArray();
            bytes[(meta * pageSizeBytes) + 30] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
            using var file = DatabaseFileReader.Open(path);
            Assert.Equal(SampleState.Rows(state.Scan(Bucket.Key, [], [])), SampleState.Rows(file.OpenBucket(Bucket.Key)));
        }

        whole[30] ^= 1;
        whole[pageSizeBytes + 30] ^= 1;
        await File.WriteAllBytesAsync(path, whole);
        Assert.Throws<DatabaseFileException>(() => DatabaseFileReader.Open(path));
    }

    [Fact]
    public async Task Changed_snapshot_fails_its_hash()
    {
        using var state = SampleState.Member(revisions: 50, seed: 1);
        var path = await WriteAsync(state, 4096, appendHash: true);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[9000] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Equal(DatabaseFileHash.Differs, await DatabaseFileReader.CheckHashAsync(path, CancellationToken.None));
    }

    [Fact]
    public async Task Cut_file_is_refused()
    {
        using var state = SampleState.Member(revisions: 50, seed: 1);
        var path = await WriteAsync(state, 4096, appendHash: false);
        var bytes = await File.ReadAllBytesAsync(path);
        foreach (var length in (int[])[0, 10, 4096, 8191, bytes.Length - 1])
        {
            await File.WriteAllBytesAsync(path, bytes[..length]);
            Assert.Throws<DatabaseFileException>(() => DatabaseFileReader.Open(path));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damaged_file_is_read_or_refused_and_never_anything_else(int seed)
    {
        using var state = SampleState.Random(seed);
        var path = await WriteAsync(state, 1024, appendHash: false);
        var whole = await File.ReadAllBytesAsync(path);
        var random = new Random(seed);
        var damaged = Path.Combine(_directory.Path, "damaged");
        for (var round = 0; round < 400; round++)
        {
            var bytes = whole.ToArray();
            for (var edits = random.Next(1, 20); edits > 0; edits--)
            {
                // Mostly where pages begin, which is what holds the tree together.
                var page = random.Next(bytes.Length / 1024) * 1024;
                bytes[page + random.Next(random.Next(4) == 0 ? 1024 : 64)] = (byte)random.Next(256);
                if (random.Next(10) == 0)
                {
                    var other = random.Next(bytes.Length / 1024) * 1024;
                    bytes.AsSpan(other, 1024).CopyTo(bytes.AsSpan(page));
                }
            }

            await File.WriteAllBytesAsync(damaged, bytes);
            try
            {
                using var file = DatabaseFileReader.Open(damaged);
                foreach (var bucket in Enum.GetValues<Bucket>())
                {
                    SampleState.Rows(file.OpenBucket(bucket));
                }
            }
            catch (DatabaseFileException exception)
            {
                Assert.Contains(damaged, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    private async Task<string> WriteAsync(InMemoryEngine state, int pageSizeBytes, bool appendHash)
    {
        var path = _directory.Combine("db");
        using var snapshot = state.OpenSnapshot();
        var writer = DatabaseFileWriter.Plan(snapshot, pageSizeBytes, CancellationToken.None);
        await using var output = File.Create(path);
        await writer.WriteAsync(output, appendHash, CancellationToken.None);
        Assert.Equal(writer.SizeBytes + (appendHash ? 32 : 0), output.Length);
        return path;
    }
}
