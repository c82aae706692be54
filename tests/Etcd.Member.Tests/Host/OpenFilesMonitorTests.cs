using Etcd.Member.Background;
using Etcd.Member.Logging;
using Microsoft.Extensions.Logging;

namespace Etcd.Member.Tests.Host;

public sealed class OpenFilesMonitorTests
{
    private const string Warning = "80% of file descriptors are used";

    [Theory]
    [InlineData(799, 1000, false)]
    [InlineData(800, 1000, true)]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 0, false)]
    [InlineData(1000, -1, false)]
    public async Task Four_fifths_are_worth_a_warning(int used, int limit, bool warns)
    {
        LogCapture log = await RunAsync(() => used, limit, TimeProvider.System, new CancellationToken(canceled: true));

        Assert.Equal(warns ? [Warning] : [], log.Messages);
        Assert.Equal(warns ? $"{used}" : null, log.Field(Warning, "used"));
        Assert.Equal(warns ? $"{limit}" : null, log.Field(Warning, "limit"));
    }

    [Fact]
    public async Task It_looks_again_from_time_to_time()
    {
        using var stopping = new CancellationTokenSource();
        var looks = 0;
        long Used()
        {
            if (++looks == 3)
            {
                stopping.Cancel();
            }

            return looks == 2 ? 100 : 1;
        }

        LogCapture log = await RunAsync(Used, 100, new HastyTime(), stopping.Token);

        Assert.Equal(3, looks);
        Assert.Equal([Warning], log.Messages);
    }

    private static async Task<LogCapture> RunAsync(
        Func<long> used, int limit, TimeProvider time, CancellationToken stopping)
    {
        var log = new LogCapture();
        await using var sink = new LogSink(console: false, "debug", [log], TimeProvider.System);
        using var loggers = new ZapLoggerFactory(sink, LogLevel.Information);
        await new OpenFilesMonitor(used, () => limit, time, loggers).RunAsync(stopping);
        return log;
    }

    /// <summary>A clock whose timers take a millisecond for ten minutes.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Short(dueTime), Short(period));

        private static TimeSpan Short(TimeSpan time)
        {
            Assert.Equal(TimeSpan.FromMinutes(10), time);
            return TimeSpan.FromMilliseconds(1);
        }
    }
}
