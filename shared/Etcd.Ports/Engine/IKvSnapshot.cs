namespace Etcd.Ports.Engine;

/// <summary>All buckets as they were at one moment. Thread-safe; held space is released on disposal.</summary>
public interface IKvSnapshot : IKvReader, IDisposable;
