using Etcd.Member.Config.Flags;

namespace Etcd.Member.Config;

internal sealed partial class ConfigValidator
{
    private const string LevelErrorStart = "unrecognized level: ";

    /// <summary>Null when the log settings can be used, else the error.</summary>
    public static string? CheckLogging(FlagSettings settings, LogConfig log)
    {
        var logger = settings.Text("logger");
        if (logger != "zap")
        {
            return logger == "capnslog"
                ? "--logger=capnslog is removed in v3.5"
                : $"unknown logger option \"{logger}\"";
        }

        if (log.Outputs.Count > 1 && log.Outputs.Contains("default"))
        {
            return "multi logoutput for \"default\" is not supported yet";
        }

        if (settings.Bool("enable-log-rotation"))
        {
            var files = log.Outputs.Count(output => output is not ("default" or "stdout" or "stderr"));
            if (files != 1 || log.Outputs.Count != 1)
            {
                return "--log-outputs requires a single file path when --log-rotate-config-json is defined";
            }

            if (LogRotationConfig.Check(settings.Text("log-rotation-config-json")) is { } error)
            {
                return $"improperly formatted log rotation config: {error}";
            }
        }

        if (settings.Text("log-format") is not ("json" or "console" or ""))
        {
            return $"unknown log format: {settings.Text("log-format")}, supported values json, console";
        }

        return log.Level is "debug" or "info" or "warn" or "error" or "dpanic" or "panic" or "fatal"
            ? null
            : $"{LevelErrorStart}\"{log.Level}\"";
    }

    /// <summary>True for the error that ends etcd with a panic, exit code 2.</summary>
    public static bool IsLevelError(string error) => error.StartsWith(LevelErrorStart, StringComparison.Ordinal);
}
