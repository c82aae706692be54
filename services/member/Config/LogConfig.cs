namespace Etcd.Member.Config;

/// <summary>Where log lines go and how they look. Immutable.</summary>
/// <param name="Level">Lowest level that is written, by etcd's name.</param>
/// <param name="Outputs"><c>default</c>, <c>stdout</c>, <c>stderr</c> or file names.</param>
/// <param name="Console">Tab-separated lines instead of JSON.</param>
/// <param name="Rotation">Limits of rotation; null when it is off.</param>
internal sealed record LogConfig(
    string Level, IReadOnlyList<string> Outputs, bool Console, LogRotationConfig? Rotation)
{
    /// <summary>What holds before the configuration is read: JSON lines from info upwards to standard error.</summary>
    public static LogConfig Default { get; } = new("info", ["default"], Console: false, Rotation: null);
}
