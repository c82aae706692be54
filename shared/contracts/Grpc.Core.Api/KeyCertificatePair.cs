namespace Grpc.Core;

/// <summary>A client certificate with its key, both PEM. Immutable.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>Creates a pair.</summary>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>The certificates.</summary>
    public string CertificateChain { get; }

    /// <summary>The key.</summary>
    public string PrivateKey { get; }
}
