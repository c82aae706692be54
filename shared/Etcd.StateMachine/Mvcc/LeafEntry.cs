namespace Etcd.StateMachine.Mvcc;

/// <summary>An entry of a leaf.</summary>
/// <param name="History">The history of its key.</param>
internal readonly record struct LeafEntry(KeyHistory History) : IKeyed
{
    /// <inheritdoc/>
    public byte[] Key => History.Key;
}
