namespace Etcd.Member.Config;

/// <summary>
/// The outcome of reading the configuration: a configuration to start with, or an exit code with what to print.
/// Immutable.
/// </summary>
internal sealed record ConfigLoadResult
{
    /// <summary>The configuration; null when the process ends with <see cref="ExitCode"/>.</summary>
    public MemberConfig? Config { get; init; }

    /// <summary>Exit code when there is no configuration.</summary>
    public int ExitCode { get; init; }

    /// <summary>Text for standard output.</summary>
    public string StandardOutput { get; init; } = "";

    /// <summary>Text for standard error.</summary>
    public string StandardError { get; init; } = "";

    /// <summary>Lines to log, in order.</summary>
    public IReadOnlyList<EarlyLogLine> Lines { get; init; } = [];

    /// <summary>Log outputs for <see cref="Lines"/>.</summary>
    public LogConfig Log { get; init; } = LogConfig.Default;
}
