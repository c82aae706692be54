namespace Etcd.StateMachine.Mvcc;

/// <summary>A put whose row is still to be read.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Place">Where its key-value goes.</param>
internal readonly record struct MissingRow(Revision Revision, int Place);
