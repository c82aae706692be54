namespace RocksDbSharp;

/// <summary>Options of a database and of its default column family.</summary>
public class DbOptions : Options<DbOptions>;
