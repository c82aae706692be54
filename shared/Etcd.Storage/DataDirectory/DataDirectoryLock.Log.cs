using Microsoft.Extensions.Logging;

namespace Etcd.Storage.DataDirectory;

public sealed partial class DataDirectoryLock
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "db file is flocked by another process, or taking too long " +
            "(data-dir {DataDirectory}, held by {Holder})")]
    private static partial void LogTakesLong(ILogger logger, string dataDirectory, string holder);
}
