namespace Etcd.Member.Config;

/// <summary>A log line that arises before the log outputs are known. Immutable.</summary>
/// <param name="Level">etcd's level name.</param>
/// <param name="Caller">Source position that etcd prints for this line.</param>
/// <param name="Message">The message.</param>
/// <param name="Fields">Fields in order.</param>
internal sealed record EarlyLogLine(
    string Level, string Caller, string Message, IReadOnlyList<KeyValuePair<string, object?>> Fields)
{
    /// <summary>A line without fields, or with one.</summary>
    public static EarlyLogLine Of(
        string level, string caller, string message, string? field = null, object? value = null) =>
        new(level, caller, message, field is null ? [] : [new(field, value)]);
}
