namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// A node of the key index, a B+ tree. A node belongs to the write epoch that made it; other epochs copy it before
/// they change anything, so a tree that was published stays as it is.
/// </summary>
internal abstract class IndexNode
{
    /// <summary>Most entries of a node. A new key copies its leaf and the nodes above it; 16 keeps a copy below 300
    /// bytes while the tree of a million keys stays six levels deep.</summary>
    public const int Capacity = 16;

    /// <summary>The write epoch that may change this node in place.</summary>
    public readonly long Epoch;

    /// <summary>Number of entries: histories of a leaf, children of an inner node.</summary>
    public int Count;

    /// <summary>Number of living keys in the subtree.</summary>
    public long Live;

    protected IndexNode(long epoch) => Epoch = epoch;

    /// <summary>A copy that the given epoch may change.</summary>
    public abstract IndexNode CloneFor(long epoch);
}
