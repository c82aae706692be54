namespace Etcd.ServiceDefaults.CommandLine;

/// <summary>One flag of a program. Immutable.</summary>
/// <param name="Name">Its name without dashes, such as "log-level".</param>
/// <param name="Value">What its value looks like, for the help.</param>
/// <param name="Description">What it does, for the help.</param>
/// <param name="Default">The value that holds when nobody gives one.</param>
public sealed record Flag(string Name, string Value, string Description, string Default);
