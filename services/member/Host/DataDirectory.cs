using Etcd.Member.Config;
using Etcd.Storage.DataDirectory;

namespace Etcd.Member.Host;

/// <summary>Looks at and prepares the member's directories (etcd's <c>identifyDataDirOrDie</c>).</summary>
internal sealed partial class DataDirectory
{
    /// <summary>Directory of the engine inside <c>member</c>.</summary>
    private const string EngineName = "store";

    private readonly MemberConfig _config;
    private readonly ILogger _logger;

    /// <summary>Creates it for a configuration.</summary>
    public DataDirectory(MemberConfig config, ILoggerFactory loggers)
    {
        _config = config;
        _logger = loggers.CreateLogger("Etcd.Member.Host.DataDirectory");
    }

    /// <summary>Directory of the engine.</summary>
    public string EngineDirectory => Path.Combine(_config.MemberDirectory, EngineName);

    /// <summary>True when a member ran here before.</summary>
    public bool IsInitialized => Directory.Exists(_config.MemberDirectory);

    /// <summary>Says what the directory holds.</summary>
    public void Report()
    {
        if (_config.DataDirectoryIsDefault)
        {
            DefaultUsed(_logger, _config.DataDirectory);
        }

        if (!Directory.Exists(_config.DataDirectory))
        {
            return;
        }

        foreach (var entry in Directory.GetFileSystemEntries(_config.DataDirectory))
        {
            var name = Path.GetFileName(entry);
            if (name is not ("member" or "lock" or "fixtures"))
            {
                InvalidFile(_logger, name, _config.DataDirectory);
            }
        }

        WarnOfMode();
        if (IsInitialized)
        {
            AlreadyInitialized(_logger, _config.DataDirectory, "member");
        }
    }

    /// <summary>Makes the directories.</summary>
    /// <exception cref="StartException">They cannot be made.</exception>
    public void Prepare()
    {
        try
        {
            foreach (var directory in (string[])[_config.MemberDirectory, _config.SnapDirectory])
            {
                DataDirectoryLock.CreateDirectory(directory);
            }
        }
        catch (Storage.StorageException e)
        {
            throw new StartException($"cannot access data directory: {e.Message}", e);
        }
    }

    private void WarnOfMode()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var mode = File.GetUnixFileMode(_config.DataDirectory);
        if ((mode & ~owner) != 0)
        {
            WideMode(_logger, _config.DataDirectory, Convert.ToString((int)mode, 8), "700");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "'data-dir' was empty; using default")]
    private static partial void DefaultUsed(ILogger logger, string dataDir);

    [LoggerMessage(Level = LogLevel.Warning, Message = "found invalid file under data directory")]
    private static partial void InvalidFile(ILogger logger, string filename, string dataDir);

    [LoggerMessage(Level = LogLevel.Information, Message = "server has been already initialized")]
    private static partial void AlreadyInitialized(ILogger logger, string dataDir, string dirType);

    [LoggerMessage(Level = LogLevel.Warning, Message = "check file permission")]
    private static partial void WideMode(ILogger logger, string dir, string mode, string recommendedMode);
}
