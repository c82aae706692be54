namespace RocksDbSharp;

/// <summary>A column family of an open database, valid until the database is disposed of.</summary>
public abstract class ColumnFamilyHandle
{
    public abstract IntPtr Handle { get; }
}
