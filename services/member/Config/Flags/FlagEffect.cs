namespace Etcd.Member.Config.Flags;

/// <summary>What setting a flag does here.</summary>
internal enum FlagEffect
{
    /// <summary>The setting is honoured.</summary>
    Honoured,

    /// <summary>Accepted; has nothing to act on here, which one log line says.</summary>
    None,

    /// <summary>The member refuses to start rather than run less protected than it was asked to.</summary>
    Refused,
}
