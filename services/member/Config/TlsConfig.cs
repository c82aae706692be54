namespace Etcd.Member.Config;

/// <summary>Certificate settings of one side (clients or peers) as given. Immutable.</summary>
internal sealed record TlsConfig
{
    /// <summary>Certificate file; empty when not given, as every path here.</summary>
    public required string CertFile { get; init; }

    /// <summary>Key file.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Certificate for outgoing calls; <see cref="CertFile"/> when empty.</summary>
    public required string ClientCertFile { get; init; }

    /// <summary>Key for outgoing calls.</summary>
    public required string ClientKeyFile { get; init; }

    /// <summary>Certificates of the other side are demanded.</summary>
    public required bool ClientCertAuth { get; init; }

    /// <summary>Authorities that vouch for the other side.</summary>
    public required string TrustedCaFile { get; init; }

    /// <summary>Revocation list.</summary>
    public required string CrlFile { get; init; }

    /// <summary>Generated certificates are to be used.</summary>
    public required bool AutoTls { get; init; }

    /// <summary>Common names of which one must match.</summary>
    public required IReadOnlyList<string> AllowedCommonNames { get; init; }

    /// <summary>Host names of which one must match.</summary>
    public required IReadOnlyList<string> AllowedHostNames { get; init; }

    /// <summary>True when neither certificate nor key is given.</summary>
    public bool IsEmpty => CertFile.Length == 0 && KeyFile.Length == 0;
}
