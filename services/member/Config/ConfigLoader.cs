using Etcd.Member.Config.Flags;

namespace Etcd.Member.Config;

/// <summary>
/// Reads the configuration from the command line, the environment or a file, in etcd's order and with its
/// messages (etcd's <c>server/etcdmain/config.go</c>). Pure but for the reading of the file.
/// </summary>
internal sealed class ConfigLoader
{
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Func<string, string> _readFile;
    private readonly FlagSettings _settings = new();
    private readonly List<EarlyLogLine> _lines = [];
    private LogConfig _log = LogConfig.Default;

    /// <summary>Creates a loader.</summary>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="readFile">Reads the configuration file.</param>
    public ConfigLoader(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        Func<string, string> readFile)
    {
        _arguments = arguments;
        _environment = environment;
        _readFile = readFile;
    }

    /// <summary>Reads and checks everything.</summary>
    /// <param name="program">Path of the program, for the first log line.</param>
    public ConfigLoadResult Load(string program)
    {
        var parsed = FlagParser.Parse(_arguments, _settings);
        switch (parsed.Outcome)
        {
            case FlagParseOutcome.Help:
                return new ConfigLoadResult
                {
                    StandardError = UsageText.Short + "\n",
                    StandardOutput = UsageText.Full(),
                };
            case FlagParseOutcome.Failed:
                return new ConfigLoadResult { ExitCode = 2, StandardError = $"{parsed.Text}\n{UsageText.Short}\n" };
            case FlagParseOutcome.Stray:
                return Refuse(program, $"'{parsed.Text}' is not a valid flag");
            default:
                return LoadParsed(program);
        }
    }

    private ConfigLoadResult LoadParsed(string program)
    {
        if (_settings.Bool("version"))
        {
            return new ConfigLoadResult { StandardOutput = VersionText.Build() };
        }

        var file = _settings.Text("config-file");
        if (file.Length == 0)
        {
            file = _environment.GetValueOrDefault("ETCD_CONFIG_FILE", "");
        }

        ConfigLoadResult? failure;
        if (file.Length > 0)
        {
            failure = ReadFile(program, file);
        }
        else
        {
            var environment = new EnvironmentReader(_environment, _settings, _lines);
            if (!environment.Read(out var conflict, out var error))
            {
                return conflict
                    ? new ConfigLoadResult { ExitCode = 1, Lines = _lines }
                    : Refuse(program, error);
            }

            failure = Finish(program, _settings, fromFile: null);
        }

        return failure ?? throw new InvalidOperationException("the configuration was not decided");
    }

    private ConfigLoadResult ReadFile(string program, string file)
    {
        string text;
        try
        {
            text = _readFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException
                ? "no such file or directory"
                : "permission denied";
            return Refuse(program, $"open {file}: {reason}");
        }

        var settings = new FlagSettings();
        var read = YamlConfigReader.Read(text, settings);
        if (read.Fatal is not null)
        {
            return new ConfigLoadResult { ExitCode = 1, StandardError = read.Fatal + "\n" };
        }

        return read.Error is null ? Finish(program, settings, file) : Refuse(program, read.Error);
    }

    private ConfigLoadResult Finish(string program, FlagSettings settings, string? fromFile)
    {
        var rotation = settings.Bool("enable-log-rotation")
            ? LogRotationConfig.Parse(settings.Text("log-rotation-config-json"))
            : null;
        _log = new LogConfig(
            settings.Text("log-level"),
            settings.TextList("log-outputs"),
            settings.Text("log-format") == "console",
            rotation);
        var logError = ConfigValidator.CheckLogging(settings, _log);
        if (logError is not null)
        {
            _log = LogConfig.Default;
            return ConfigValidator.IsLevelError(logError)
                ? new ConfigLoadResult { ExitCode = 2, StandardError = $"panic: {logError}\n" }
                : Refuse(program, logError);
        }

        var validator = new ConfigValidator(settings, _lines, enforceAdvertise: fromFile is null);
        var error = validator.Check();
        if (fromFile is not null)
        {
            _lines.Add(EarlyLogLine.Of(
                "info",
                "etcdmain/config.go:385",
                "loaded server configuration, other configuration command line flags and environment variables "
                    + "will be ignored if provided",
                "path",
                fromFile));
        }

        if (error is not null)
        {
            return Refuse(program, error);
        }

        AddRunning(program);
        var built = MemberConfigBuilder.Build(settings, _log, _lines, out var config);
        return built is null
            ? new ConfigLoadResult { Config = config, Lines = _lines, Log = _log }
            : FailToStart(built);
    }

    private ConfigLoadResult Refuse(string program, string error)
    {
        AddRunning(program);
        _lines.Add(EarlyLogLine.Of("warn", "etcdmain/etcd.go:75", "failed to verify flags", "error", error));
        if (error == ConfigValidator.AdvertiseClientUrlsUnset)
        {
            _lines.Add(EarlyLogLine.Of(
                "warn", "etcdmain/etcd.go:78", "advertise client URLs are not set", "error", error));
        }

        return new ConfigLoadResult { ExitCode = 1, Lines = _lines, Log = _log };
    }

    private ConfigLoadResult FailToStart(string error)
    {
        _lines.Add(EarlyLogLine.Of("warn", "etcdmain/etcd.go:146", "failed to start etcd", "error", error));
        _lines.Add(EarlyLogLine.Of("fatal", "etcdmain/etcd.go:204", "discovery failed", "error", error));
        return new ConfigLoadResult { ExitCode = 1, Lines = _lines, Log = _log };
    }

    private void AddRunning(string program) => _lines.Add(EarlyLogLine.Of(
        "info", "etcdmain/etcd.go:73", "Running: ", "args", (string[])[program, .. _arguments]));
}
