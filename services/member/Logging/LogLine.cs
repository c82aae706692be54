namespace Etcd.Member.Logging;

/// <summary>One log line before it is formatted.</summary>
/// <param name="Time">When, in the zone that is printed.</param>
/// <param name="Level">etcd's level name.</param>
/// <param name="Logger">Name of the logger; null for the main one.</param>
/// <param name="Caller">Where it comes from.</param>
/// <param name="Message">The message.</param>
/// <param name="Fields">Fields in order.</param>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    string Level,
    string? Logger,
    string Caller,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Fields);
