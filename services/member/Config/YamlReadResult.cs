namespace Etcd.Member.Config;

/// <summary>Outcome of reading a configuration file; all null when it was read. Immutable.</summary>
/// <param name="Error">What to log before exit code 1.</param>
/// <param name="Fatal">What to print instead, without a log line, before exit code 1.</param>
internal sealed record YamlReadResult(string? Error, string? Fatal)
{
    /// <summary>The file was read.</summary>
    public static YamlReadResult Success { get; } = new(null, null);
}
