using System.Runtime.CompilerServices;

namespace Etcd.StateMachine.Mvcc;

/// <summary>The entries of an index node, within the node's own object.</summary>
[InlineArray(IndexNode.Capacity)]
internal struct Slots<T>
{
    private T _first;
}
