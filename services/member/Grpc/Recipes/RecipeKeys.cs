using System.Globalization;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Member.Grpc;

/// <summary>Keys and requests of the recipes (etcd <c>client/v3/concurrency</c>). Stateless.</summary>
/// <remarks>
/// <code>
/// name "/" lease in hexadecimal, without leading zeros
/// </code>
/// Who has the smallest create revision under <c>name/</c> owns the lock, or leads; the others wait in the order of
/// theirs.
/// </remarks>
internal static class RecipeKeys
{
    /// <summary>What follows '/', which all prefixes end with: the end of their ranges.</summary>
    private const byte AfterSlash = (byte)'/' + 1;

    /// <summary>The prefix of all who want the lock, or the leadership.</summary>
    public static ByteString Prefix(ByteString name) => ByteString.CopyFrom([.. name.Span, (byte)'/']);

    /// <summary>The key of one of them.</summary>
    public static ByteString Key(ByteString prefix, long leaseId)
    {
        // Go prints a negative number as its magnitude behind a sign.
        string text = leaseId < 0
            ? string.Create(CultureInfo.InvariantCulture, $"-{unchecked((ulong)-leaseId):x}")
            : leaseId.ToString("x", CultureInfo.InvariantCulture);
        return ByteString.CopyFrom([.. prefix.Span, .. System.Text.Encoding.ASCII.GetBytes(text)]);
    }

    /// <summary>The end of a prefix's range, exclusive.</summary>
    /// <param name="prefix">From <see cref="Prefix"/>.</param>
    public static ByteString End(ByteString prefix) => ByteString.CopyFrom([.. prefix.Span[..^1], AfterSlash]);

    /// <summary>Reads the oldest key under a prefix.</summary>
    public static RangeRequest Oldest(ByteString prefix) => new()
    {
        Key = prefix,
        RangeEnd = End(prefix),
        Limit = 1,
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = RangeRequest.Types.SortOrder.Ascend,
    };

    /// <summary>Reads the youngest key under a prefix among those created up to a revision, inclusive.</summary>
    public static RangeRequest Youngest(ByteString prefix, long maxCreateRevision) => new()
    {
        Key = prefix,
        RangeEnd = End(prefix),
        Limit = 1,
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = RangeRequest.Types.SortOrder.Descend,
        MaxCreateRevision = maxCreateRevision,
    };

    /// <summary>A transaction without operations on the condition that a key was created at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="createRevision">The revision; 0 for a key that does not exist.</param>
    public static TxnRequest IfCreatedAt(ByteString key, long createRevision) => new()
    {
        Compare =
        {
            new Compare
            {
                Key = key,
                Target = Compare.Types.CompareTarget.Create,
                Result = Compare.Types.CompareResult.Equal,
                CreateRevision = createRevision,
            },
        },
    };

    /// <summary>The operation that puts a key.</summary>
    public static RequestOp Put(ByteString key, ByteString value, long leaseId) =>
        new() { RequestPut = new PutRequest { Key = key, Value = value, Lease = leaseId } };

    /// <summary>The operation that reads keys.</summary>
    public static RequestOp Get(RangeRequest range) => new() { RequestRange = range };

    /// <summary>The operation that deletes a key.</summary>
    public static RequestOp Delete(ByteString key) =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = key } };
}
