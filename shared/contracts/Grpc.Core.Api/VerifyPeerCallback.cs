namespace Grpc.Core;

/// <summary>Decides whether a peer is trusted.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
