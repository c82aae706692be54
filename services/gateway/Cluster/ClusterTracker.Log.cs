using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Cluster;

internal sealed partial class ClusterTracker
{
    [LoggerMessage(LogLevel.Information, "member {endpoint} (id {memberId:x}) is {reach}")]
    private partial void ReachChanged(MemberEndpoint endpoint, ulong memberId, MemberReach reach);

    [LoggerMessage(LogLevel.Warning, "leader {endpoint} of term {term} is lost")]
    private partial void LeaderLost(MemberEndpoint endpoint, ulong term);

    [LoggerMessage(
        LogLevel.Information,
        "leader is {endpoint} in term {term} (relay: {isRelay}), after {gapMilliseconds} ms without one")]
    private partial void LeaderFound(MemberEndpoint endpoint, ulong term, bool isRelay, long gapMilliseconds);

    [LoggerMessage(LogLevel.Warning, "member {endpoint} is silent: {calls} calls and {streams} streams are given up")]
    private partial void MemberAbandoned(MemberEndpoint endpoint, int calls, int streams);

    [LoggerMessage(LogLevel.Debug, "looking at member {endpoint} failed: {reason}")]
    private partial void ProbeFailed(MemberEndpoint endpoint, string reason);

    [LoggerMessage(LogLevel.Error, "member {endpoint} belongs to cluster {other:x}, not {cluster:x}: it is not used")]
    private partial void ForeignCluster(MemberEndpoint endpoint, ulong other, ulong cluster);

    [LoggerMessage(LogLevel.Information, "member {memberId:x} is at {address}, as the cluster says")]
    private partial void MemberDiscovered(ulong memberId, Uri address);

    [LoggerMessage(LogLevel.Information, "member {memberId:x} at {endpoint} has left the cluster")]
    private partial void MemberLeft(ulong memberId, MemberEndpoint endpoint);

    [LoggerMessage(LogLevel.Debug, "member list of {endpoint} could not be read: {reason}")]
    private partial void DiscoveryFailed(MemberEndpoint endpoint, string reason);
}
