using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>What a range or a comparison reads: a published view, or the store in the middle of a request.</summary>
internal interface IReadContext
{
    /// <summary>The key index.</summary>
    IndexNode Root { get; }

    /// <summary>The revision that counts as current; every revision in <see cref="Root"/> is at or below it.</summary>
    long ReadRevision { get; }

    /// <summary>Lowest readable revision; -1 when never compacted.</summary>
    long CompactRevision { get; }

    /// <summary>The key-value of a put in <see cref="Root"/>, not to be modified; null when a compaction newer than
    /// this context has swept it.</summary>
    KeyValue? Read(Revision revision);

    /// <summary>The key-value of a put in <see cref="Root"/> if memory holds it, not to be modified.</summary>
    KeyValue? Find(Revision revision);

    /// <summary>Reads puts in <see cref="Root"/> that memory did not hold.</summary>
    /// <param name="rows">Which; their order is changed.</param>
    /// <param name="values">Gets each key-value, not to be modified, at the row's place.</param>
    /// <param name="keysOnly">True to leave out the values.</param>
    /// <returns>False when a compaction newer than this context has swept one.</returns>
    bool Load(Span<MissingRow> rows, Span<KeyValue?> values, bool keysOnly);
}
