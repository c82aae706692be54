using Etcd.Gateway.Cluster;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Etcd.Gateway.Forwarding;

// One dead member fails many requests at once: the tracker tells of members, and these stay below Information.
internal sealed partial class GatewayForwarder
{
    [LoggerMessage(LogLevel.Debug, "{path} at {member} failed with {error}: {reason}")]
    private partial void AttemptFailed(string? path, MemberEndpoint member, ForwarderError error, string? reason);

    [LoggerMessage(LogLevel.Debug, "{path} is answered with an error, as it is {outcome}: {message}")]
    private partial void RequestFailed(string? path, AttemptOutcome outcome, string message);

    [LoggerMessage(LogLevel.Trace, "{path} was cancelled by its client")]
    private partial void ClientLeft(string? path);
}
