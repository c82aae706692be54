namespace Etcd.Member.Config.Flags;

/// <summary>Ways in which reading the command line ends.</summary>
internal enum FlagParseOutcome
{
    /// <summary>Everything was read.</summary>
    Success,

    /// <summary>Usage was asked for.</summary>
    Help,

    /// <summary>A flag is unknown or its value bad: exit code 2.</summary>
    Failed,

    /// <summary>A word that is no flag: exit code 1.</summary>
    Stray,
}
