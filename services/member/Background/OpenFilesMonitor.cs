namespace Etcd.Member.Background;

/// <summary>Warns while four fifths of the files that this process may have open are open (etcd's
/// <c>monitorFileDescriptor</c>). One task.</summary>
/// <param name="used">Counts open files.</param>
/// <param name="limit">Tells how many files may be open; 0 or less when that is not known or has no bound.</param>
/// <param name="time">Of the checks.</param>
/// <param name="loggers">Makes the log.</param>
internal sealed partial class OpenFilesMonitor(
    Func<long> used, Func<long> limit, TimeProvider time, ILoggerFactory loggers)
{
    // As seldom as etcd: to count ten thousand open files takes a while.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = loggers.CreateLogger<OpenFilesMonitor>();

    /// <summary>Looks at once, and from time to time until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Check(used(), limit());
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private void Check(long open, long most)
    {
        if (most > 0 && open >= most / 5 * 4)
        {
            MostAreUsed(_logger, open, most);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "80% of file descriptors are used")]
    private static partial void MostAreUsed(ILogger logger, long used, long limit);
}
