using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcdserverpb;

namespace Etcd.Simulator.Checkers;

/// <summary>Answers as short texts, from the model and from the product, to be compared.</summary>
internal static class Summary
{
    public static readonly string LeaseNotFound = Error(EtcdErrors.LeaseNotFound);
    public static readonly string LeaseExists = Error(EtcdErrors.LeaseExists);
    public static readonly string NoSpace = Error(EtcdErrors.NoSpace);
    public static readonly string Compacted = Error(EtcdErrors.Compacted);
    public static readonly string Future = Error(EtcdErrors.FutureRevision);

    public static string Put(long revision) => $"put @{revision}";

    public static string Deleted(long count, long revision) => $"deleted {count} @{revision}";

    public static string Txn(bool succeeded, IEnumerable<string> answers, long revision) =>
        $"txn {succeeded} [{string.Join(',', answers)}] @{revision}";

    public static string Compaction(long revision) => $"compacted @{revision}";

    public static string Granted(long id, long ttl) => $"granted {id} {ttl}";

    public static string Revoked(long revision) => $"revoked @{revision}";

    /// <summary>The product's answer; null for one that the model does not foresee.</summary>
    public static string? Of(in ApplyResult result) => result.Error is { } error
        ? Error(error)
        : result.Response switch
        {
            PutResponse put => Put(put.Header.Revision),
            DeleteRangeResponse deleted => Deleted(deleted.Deleted, deleted.Header.Revision),
            TxnResponse txn => Txn(txn.Succeeded, AnswersOf(txn), txn.Header.Revision),
            CompactionResponse compaction => Compaction(compaction.Header.Revision),
            LeaseGrantResponse grant => Granted(grant.ID, grant.TTL),
            LeaseRevokeResponse revoke => Revoked(revoke.Header.Revision),
            _ => null,
        };

    private static IEnumerable<string> AnswersOf(TxnResponse txn) => txn.Responses
        .Where(static response => response.ResponseRange is not null)
        .Select(static response => response.ResponseRange.Kvs.Count == 0
            ? string.Empty
            : response.ResponseRange.Kvs[0].Value.ToStringUtf8());

    private static string Error(EtcdError error) => $"error {error.Message}";
}
