namespace Grpc.Core;

/// <summary>The peer to verify. Immutable.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The target's name.</summary>
    public string TargetName { get; }

    /// <summary>The peer's certificate, PEM.</summary>
    public string PeerPem { get; }
}
