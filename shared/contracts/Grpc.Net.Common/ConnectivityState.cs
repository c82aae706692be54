namespace Grpc.Core;

/// <summary>State of a channel.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected and not trying.</summary>
    Idle,

    /// <summary>Trying.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Failed, and waiting to try again.</summary>
    TransientFailure,

    /// <summary>Ended.</summary>
    Shutdown,
}
