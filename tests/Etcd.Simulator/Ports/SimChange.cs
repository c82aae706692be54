using Etcd.Ports.Engine;

namespace Etcd.Simulator.Ports;

/// <summary>One change of a batch.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">Key, or first key of a range.</param>
/// <param name="Value">Value; null for a deletion.</param>
/// <param name="To">End of a deleted range; null for a single key.</param>
internal sealed record SimChange(Bucket Bucket, byte[] Key, byte[]? Value, byte[]? To);
