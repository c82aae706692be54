namespace RocksDbSharp;

/// <summary>Options of a column family.</summary>
public class ColumnFamilyOptions : Options<ColumnFamilyOptions>;
