namespace RocksDbSharp;

/// <summary>Levels of RocksDB's own log file; the numbers are the native ones.</summary>
public enum InfoLogLevel
{
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
    Header,
}
