namespace Etcd.Member.Config.Flags;

/// <summary>One command-line flag. Immutable.</summary>
/// <param name="Name">Name without dashes.</param>
/// <param name="Kind">How its value is written.</param>
/// <param name="Default">Value when it is not given, in flag syntax.</param>
/// <param name="Group">Section of the usage text.</param>
/// <param name="Description">One sentence for the usage text.</param>
internal sealed record FlagDefinition(
    string Name, FlagKind Kind, string Default, FlagGroup Group, string Description)
{
    /// <summary>Allowed values of a <see cref="FlagKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What setting it does.</summary>
    public FlagEffect Effect { get; init; } = FlagEffect.Honoured;

    /// <summary>
    /// The other name of the same setting, where etcd 3.6 renamed it: an <c>experimental-</c> flag points at its
    /// successor. Giving both is an error.
    /// </summary>
    public string? RenamedTo { get; init; }

    /// <summary>Environment variable that sets it.</summary>
    public string EnvironmentVariable { get; } =
        "ETCD_" + Name.ToUpperInvariant().Replace('-', '_');
}
