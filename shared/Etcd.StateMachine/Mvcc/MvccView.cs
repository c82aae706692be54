using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The store as of one commit. Immutable and thread-safe; reads wait for nobody. Returned key-values are shared with
/// the value cache and must not be modified. A view may be held: when a later compaction has swept a value that it
/// needs, a read of the current revision answers from the newest view, a historic one that it is compacted.
/// </summary>
public sealed partial class MvccView
{
    /// <summary>Main revision of the last change; 1 for the empty store.</summary>
    public long Revision => throw new NotSupportedException();

    /// <summary>Lowest readable revision; -1 when never compacted.</summary>
    public long CompactRevision => throw new NotSupportedException();

    /// <summary>Log index of the last entry that this view includes.</summary>
    public ulong AppliedIndex => throw new NotSupportedException();

    /// <summary>Term of that entry.</summary>
    public ulong AppliedTerm => throw new NotSupportedException();

    /// <summary>Number of keys that exist at <see cref="Revision"/>.</summary>
    public long KeyCount => throw new NotSupportedException();

    /// <summary>Answers a validated range request, header with the revision only.</summary>
    public (RangeResponse? Response, EtcdError? Error) Range(RangeRequest request) => throw new NotSupportedException();

    /// <summary>Answers a validated transaction that holds only ranges in both branches.</summary>
    public (TxnResponse? Response, EtcdError? Error) ExecuteReadOnlyTxn(TxnRequest request) =>
        throw new NotSupportedException();

    /// <summary>The key as of a revision; null when it did not exist there or the revision is compacted.</summary>
    public KeyValue? GetAt(ByteString key, long revision) => throw new NotSupportedException();

    /// <summary>Events of the revisions from <paramref name="fromRevision"/>, inclusive, in ascending order, at most
    /// up to <see cref="Revision"/>; the error says that the start is compacted.</summary>
    /// <param name="fromRevision">First revision, at least 1; the compact revision itself is still readable.</param>
    /// <param name="maxRevisions">Largest number of revisions returned.</param>
    /// <param name="maxBytes">The walk ends after the revision that reaches this many bytes of rows.</param>
    /// <param name="nextRevision">Where to go on; <see cref="Revision"/> + 1 when all is read.</param>
    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) => throw new NotSupportedException();

    /// <summary>Hash of the store at a revision, 0 or less for the current one (etcd's <c>HashKV</c>). Reads every
    /// row up to it.</summary>
    public (HashKvResult Result, EtcdError? Error) HashKv(long revision) => throw new NotSupportedException();
}
