namespace Etcd.StateMachine.Mvcc;

/// <summary>Something that stands in the index by its key.</summary>
internal interface IKeyed
{
    /// <summary>The key; never modified.</summary>
    byte[] Key { get; }
}
