using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Tests.Wal;

public sealed class LinuxWalFileTests
{
    private const int LengthBytes = 256 << 10;

    public static TheoryData<string> Folders => [.. new[] { Path.GetTempPath(), "/dev/shm" }.Where(Directory.Exists)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Appends_of_any_size_stand_where_they_were_written_and_zeros_behind(string parent)
    {
        using var folder = new TemporaryDirectory(parent);
        var files = new LinuxWalFileSystem(folder.Path);
        using (var prepared = files.Create("log"))
        {
            prepared.EndInZeros(from: 0, LengthBytes);
        }

        var random = new Random(7);
        var expected = new byte[LengthBytes];
        var offset = 0;
        while (offset < LengthBytes - 40_000)
        {
            // Another opening goes on in a sector that it did not write itself.
            using var file = files.Open("log");
            for (var i = 0; i < 5; i++)
            {
                var bytes = new byte[random.Next(4) == 0 ? random.Next(1, 8_000) : random.Next(1, 700)];
                random.NextBytes(bytes);
                bytes.CopyTo(expected, offset);
                file.Write(bytes, offset);
                offset += bytes.Length;
                file.SyncData();
            }

            var actual = new byte[LengthBytes];
            Assert.Equal(LengthBytes, file.Read(actual, 0));
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Bytes_behind_a_cut_are_written_anew(string parent)
    {
        using var folder = new TemporaryDirectory(parent);
        var files = new LinuxWalFileSystem(folder.Path);
        using var file = files.Create("log");
        file.EndInZeros(from: 0, LengthBytes);
        file.Write(Enumerable.Repeat((byte)1, 3_000).ToArray(), 0);

        file.EndInZeros(from: 1_000, LengthBytes);
        file.Write([2, 2], 1_000);

        var actual = new byte[3_000];
        file.Read(actual, 0);
        Assert.Equal([.. Enumerable.Repeat((byte)1, 1_000), 2, 2, .. new byte[1_998]], actual);
    }

    [Fact]
    public void Write_beyond_the_end_extends_the_file()
    {
        using var folder = new TemporaryDirectory();
        using var file = new LinuxWalFileSystem(folder.Path).Create("log");
        var bytes = new byte[5_000_001];
        new Random(1).NextBytes(bytes);

        file.Write(bytes, 8);

        var actual = new byte[bytes.Length];
        Assert.Equal(bytes.Length, file.Read(actual, 8));
        Assert.Equal(bytes, actual);
    }
}
