using System.Net;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Configuration;

/// <summary>What the gateway is told at start. Immutable.</summary>
internal sealed record GatewayOptions
{
    /// <summary>Plaintext addresses to serve; at least one.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Client URLs of the members that are known from the start; at least one.</summary>
    public required IReadOnlyList<Uri> Members { get; init; }

    /// <summary>
    /// How long a request that has not been sent may wait for a leader. Two of etcd's longest default elections.
    /// </summary>
    public TimeSpan LeaderWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two looks at a member while all is well.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether watches are spread over the members; otherwise the leader serves them all.</summary>
    public bool SpreadWatches { get; init; } = true;

    /// <summary>Whether members that only the cluster's own list names are used too.</summary>
    public bool DiscoverMembers { get; init; } = true;

    /// <summary>The least severe log level that is written.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether log lines are JSON objects.</summary>
    public bool LogJson { get; init; }
}
