namespace RocksDbSharp;

/// <summary>Compression of table blocks; the numbers are the native ones.</summary>
public enum Compression
{
    No = 0,
    Snappy = 1,
    Zlib = 2,
    Bz2 = 3,
    Lz4 = 4,
    Lz4hc = 5,
    Xpress = 6,
    Zstd = 7,
}
