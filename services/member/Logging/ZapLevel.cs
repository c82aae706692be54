namespace Etcd.Member.Logging;

/// <summary>Levels by etcd's names, and what they are in .NET.</summary>
internal static class ZapLevel
{
    private static readonly string[] Ascending = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"];

    /// <summary>The .NET level of an etcd level name; information for unknown names.</summary>
    public static LogLevel Parse(string name) => name switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "dpanic" or "panic" or "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    /// <summary>Whether lines of a level are written when the lowest is another.</summary>
    public static bool IsWritten(string level, string lowest) =>
        Array.IndexOf(Ascending, level) >= Array.IndexOf(Ascending, lowest);

    /// <summary>etcd's name of a .NET level.</summary>
    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "info",
    };
}
