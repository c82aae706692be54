namespace Etcd.Member.Config.Flags;

/// <summary>What reading the command line came to. Immutable.</summary>
/// <param name="Outcome">Kind of result.</param>
/// <param name="Text">The message of a failure, or the stray word.</param>
internal sealed record FlagParseResult(FlagParseOutcome Outcome, string Text)
{
    /// <summary>Everything was read.</summary>
    public static FlagParseResult Success { get; } = new(FlagParseOutcome.Success, "");

    /// <summary><c>--help</c> or <c>-h</c> was given.</summary>
    public static FlagParseResult Help { get; } = new(FlagParseOutcome.Help, "");

    /// <summary>A flag is unknown or its value bad.</summary>
    public static FlagParseResult Failed(string text) => new(FlagParseOutcome.Failed, text);

    /// <summary>A word that is no flag.</summary>
    public static FlagParseResult Stray(string word) => new(FlagParseOutcome.Stray, word);
}
