namespace Etcd.Member.Config;

/// <summary>HTTP/2 pings on client connections. Immutable.</summary>
/// <param name="MinTime">Shortest time between two pings of a client.</param>
/// <param name="Interval">Idle time after which the server pings; zero for never.</param>
/// <param name="Timeout">Time that the client has to answer; zero for ever.</param>
internal sealed record KeepAliveConfig(TimeSpan MinTime, TimeSpan Interval, TimeSpan Timeout);
