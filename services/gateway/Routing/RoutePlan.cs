namespace Etcd.Gateway.Routing;

/// <summary>How a kind of request is handled. Immutable.</summary>
/// <param name="Target">Which member serves it.</param>
/// <param name="IsStream">Whether it may stay open for hours, so that it counts apart and yields at the end.</param>
internal readonly record struct RoutePlan(RouteTarget Target, bool IsStream);
