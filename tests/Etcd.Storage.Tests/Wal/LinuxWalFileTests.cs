using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Tests.Wal;

public sealed class LinuxWalFileTests
{
    private const int LengthBytes = 256 << 10;

    public static TheoryData<string> Folders => [.. new[] { Path.GetTempPath(), "/dev/shm" }.Where(Directory.Exists)];

    /// <summary>Directly where all is aligned, through the page cache else: in turn, over one another and anew.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Writes_of_any_size_stand_where_they_were_written(string parent)
    {
        using var folder = new TemporaryDirectory(parent);
        var files = new LinuxWalFileSystem(folder.Path);
        using (var prepared = files.Create("log"))
        {
            prepared.EndInZeros(from: 0, LengthBytes);
        }

        var random = new Random(7);
        var expected = new byte[LengthBytes];
        var buffer = new PageBuffer(64 << 10);
        for (var round = 0; round < 40; round++)
        {
            using var file = files.Open("log");
            for (var i = 0; i < 5; i++)
            {
                var unit = random.Next(3) == 0 ? 1 : file.UnitBytes;
                var bytes = buffer.Span[..(random.Next(1, buffer.SizeBytes / unit) * unit)];
                var offset = random.Next((LengthBytes - bytes.Length) / unit) * unit;
                random.NextBytes(bytes);
                bytes.CopyTo(expected.AsSpan(offset));
                file.Write(bytes, offset);
                file.SyncData();
            }

            var actual = new byte[LengthBytes];
            Assert.Equal(LengthBytes, file.Read(actual, 0));
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Bytes_behind_a_cut_are_zeros(string parent)
    {
        using var folder = new TemporaryDirectory(parent);
        using var file = new LinuxWalFileSystem(folder.Path).Create("log");
        var buffer = new PageBuffer(LengthBytes);
        buffer.Span.Fill(1);
        file.Write(buffer.Span, 0);

        file.EndInZeros(from: 1_000, LengthBytes);

        var actual = new byte[LengthBytes];
        Assert.Equal(LengthBytes, file.Read(actual, 0));
        Assert.Equal([.. Enumerable.Repeat((byte)1, 1_000), .. new byte[LengthBytes - 1_000]], actual);
    }

    [Fact]
    public void Write_beyond_the_end_extends_the_file()
    {
        using var folder = new TemporaryDirectory();
        using var file = new LinuxWalFileSystem(folder.Path).Create("log");
        var buffer = new PageBuffer(5 << 20);
        new Random(1).NextBytes(buffer.Span);

        file.Write(buffer.Span, file.UnitBytes);

        var actual = new byte[buffer.SizeBytes];
        Assert.Equal(actual.Length, file.Read(actual, file.UnitBytes));
        Assert.True(buffer.Span.SequenceEqual(actual));
    }

    [Fact]
    public void Buffer_begins_at_a_page_whatever_its_size()
    {
        var buffer = new PageBuffer(100);
        buffer.Span.Fill(7);
        foreach (var sizeBytes in (int[])[1_000, 70_000, 5 << 20, 100])
        {
            buffer.Resize(sizeBytes);
            Assert.Equal(0, PageBuffer.Address(buffer.Span) % 4096);
            Assert.Equal(sizeBytes, buffer.Span.Length);
            Assert.Equal(99, buffer.Span[..100].LastIndexOf((byte)7));
        }
    }
}
