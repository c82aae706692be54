using Etcd.Member.Config;
using Etcd.Member.Logging;

namespace Etcd.Member.Tests.Logging;

public sealed class RotatingFileStreamTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-log-").FullName;

    [Fact]
    public void Full_file_moves_aside_and_old_ones_go()
    {
        var path = Path.Combine(_directory, "etcd.log");
        var limits = new LogRotationConfig { MaxSizeMegabytes = 1, MaxBackups = 1 };
        var clock = new SteppingClock();
        using (var file = new RotatingFileStream(path, limits, clock))
        {
            for (var i = 0; i < 4; i++)
            {
                file.Write(new byte[700_000]);
            }
        }

        Assert.Equal(700_000, new FileInfo(path).Length);
        Assert.Single(Directory.GetFiles(_directory, "etcd-*.log"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private sealed class SteppingClock : TimeProvider
    {
        private int _seconds;

        public override DateTimeOffset GetUtcNow() =>
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(_seconds++);
    }
}
