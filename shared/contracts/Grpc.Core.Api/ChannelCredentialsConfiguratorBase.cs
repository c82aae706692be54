namespace Grpc.Core;

/// <summary>Learns what channel credentials are made of.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>They are none.</summary>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>They are TLS.</summary>
    public abstract void SetSslCredentials(
        object? state,
        string? rootCertificates,
        KeyCertificatePair? keyCertificatePair,
        VerifyPeerCallback? verifyPeerCallback);

    /// <summary>They are a secured channel with call credentials.</summary>
    public abstract void SetCompositeCredentials(
        object? state,
        ChannelCredentials channelCredentials,
        CallCredentials callCredentials);
}
