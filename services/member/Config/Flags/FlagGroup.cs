namespace Etcd.Member.Config.Flags;

/// <summary>Sections of the usage text, in its order.</summary>
internal enum FlagGroup
{
    /// <summary>The member itself.</summary>
    Member,

    /// <summary>How it finds and joins its cluster.</summary>
    Clustering,

    /// <summary>Certificates and origins.</summary>
    Security,

    /// <summary>Authentication tokens.</summary>
    Auth,

    /// <summary>Metrics and profiles.</summary>
    Monitoring,

    /// <summary>Log output.</summary>
    Logging,

    /// <summary>Distributed tracing.</summary>
    Tracing,

    /// <summary>Version 2 proxy.</summary>
    Proxy,

    /// <summary>Features that may be switched.</summary>
    Features,

    /// <summary>Settings that can lose data.</summary>
    Unsafe,

    /// <summary>Not listed.</summary>
    Hidden,
}
