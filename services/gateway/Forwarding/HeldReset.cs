using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Gateway.Forwarding;

/// <summary>
/// Takes the place of the feature by which the forwarder resets a broken response's stream, so that the client gets a
/// gRPC status instead. Resets of the client's own doing do not come this way.
/// </summary>
internal sealed class HeldReset : IHttpResetFeature
{
    /// <summary>Has no state, so one serves all.</summary>
    public static readonly HeldReset Instance = new();

    public void Reset(int errorCode)
    {
        // The status that follows ends the stream.
    }
}
