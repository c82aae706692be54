using Etcd.Ports.Engine;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.RocksDb;

/// <summary>
/// The two column families: revisions stand alone, because theirs are new keys behind all others, so that the files
/// which flushes write do not overlap and RocksDB moves them down its levels without reading or writing them again. One
/// row that every batch replaces, as the applied index is, would make all of them overlap. Immutable.
/// </summary>
internal sealed class Families(Database database)
{
    private const string StateName = "state";

    /// <summary>Bucket <see cref="Bucket.Key"/>.</summary>
    public ColumnFamilyHandle Revisions { get; } = database.GetColumnFamily(ColumnFamilies.DefaultName);

    /// <summary>All other buckets, and the generation's number.</summary>
    public ColumnFamilyHandle State { get; } = database.GetColumnFamily(StateName);

    /// <summary>Both families with the same options.</summary>
    public static ColumnFamilies WithOptions(Func<ColumnFamilyOptions> options)
    {
        var families = new ColumnFamilies(options());
        families.Add(StateName, options());
        return families;
    }

    /// <summary>Where a bucket is.</summary>
    public ColumnFamilyHandle Of(Bucket bucket) => bucket == Bucket.Key ? Revisions : State;
}
