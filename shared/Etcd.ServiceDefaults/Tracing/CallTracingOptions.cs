namespace Etcd.ServiceDefaults.Tracing;

/// <summary>Where spans of calls go and what they say of their sender. Immutable.</summary>
/// <param name="Address">Host and port of the collector, which takes OTLP over gRPC without TLS.</param>
/// <param name="ServiceName">The same on every member.</param>
/// <param name="InstanceId">Different on every member; empty for none.</param>
/// <param name="SamplesPerMillion">
/// How many of a million calls without a parent are sampled, from 0 to 1,000,000; a call with a parent is sampled as
/// that is.
/// </param>
public sealed record CallTracingOptions(string Address, string ServiceName, string InstanceId, int SamplesPerMillion);
