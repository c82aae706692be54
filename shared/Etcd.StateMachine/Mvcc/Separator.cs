namespace Etcd.StateMachine.Mvcc;

/// <summary>What divides two children of an inner node.</summary>
/// <param name="Key">Above every key of the child before it, not above any key of the one behind it.</param>
internal readonly record struct Separator(byte[] Key) : IKeyed;
