namespace RocksDbSharp;

/// <summary>Setters of a database's and a column family's options; each returns the options for chaining.</summary>
/// <typeparam name="T">The deriving class.</typeparam>
public abstract class Options<T> : OptionsHandle
    where T : Options<T>
{
    // What the native options refer to but do not own.
    private object? _tableOptions;

    private T Self => (T)this;

    public T IncreaseParallelism(int totalThreads)
    {
        NativeMethods.rocksdb_options_increase_parallelism(Handle, totalThreads);
        return Self;
    }

    public T SetCreateIfMissing(bool value = true)
    {
        NativeMethods.rocksdb_options_set_create_if_missing(Handle, Flag(value));
        return Self;
    }

    public T SetCreateMissingColumnFamilies(bool value = true)
    {
        NativeMethods.rocksdb_options_set_create_missing_column_families(Handle, Flag(value));
        return Self;
    }

    /// <summary>A flush that RocksDB begins by itself takes all column families, all or none of them.</summary>
    public T SetAtomicFlush(bool value = true)
    {
        NativeMethods.rocksdb_options_set_atomic_flush(Handle, Flag(value));
        return Self;
    }

    public T SetErrorIfExists(bool value = true)
    {
        NativeMethods.rocksdb_options_set_error_if_exists(Handle, Flag(value));
        return Self;
    }

    public T SetParanoidChecks(bool value = true)
    {
        NativeMethods.rocksdb_options_set_paranoid_checks(Handle, Flag(value));
        return Self;
    }

    public T SetInfoLogLevel(InfoLogLevel value)
    {
        NativeMethods.rocksdb_options_set_info_log_level(Handle, (int)value);
        return Self;
    }

    public T SetMaxOpenFiles(int value)
    {
        NativeMethods.rocksdb_options_set_max_open_files(Handle, value);
        return Self;
    }

    public T SetMaxLogFileSize(ulong value)
    {
        NativeMethods.rocksdb_options_set_max_log_file_size(Handle, (nuint)value);
        return Self;
    }

    public T SetKeepLogFileNum(ulong value)
    {
        NativeMethods.rocksdb_options_set_keep_log_file_num(Handle, (nuint)value);
        return Self;
    }

    public T SetMaxManifestFileSize(ulong value)
    {
        NativeMethods.rocksdb_options_set_max_manifest_file_size(Handle, (nuint)value);
        return Self;
    }

    public T SetBytesPerSync(ulong value)
    {
        NativeMethods.rocksdb_options_set_bytes_per_sync(Handle, value);
        return Self;
    }

    public T SetStatsDumpPeriodSec(uint value)
    {
        NativeMethods.rocksdb_options_set_stats_dump_period_sec(Handle, value);
        return Self;
    }

    public T SetUseDirectIoForFlushAndCompaction(bool value)
    {
        NativeMethods.rocksdb_options_set_use_direct_io_for_flush_and_compaction(Handle, Flag(value));
        return Self;
    }

    public T SetWriteBufferSize(ulong value)
    {
        NativeMethods.rocksdb_options_set_write_buffer_size(Handle, (nuint)value);
        return Self;
    }

    public T SetDbWriteBufferSize(ulong size)
    {
        NativeMethods.rocksdb_options_set_db_write_buffer_size(Handle, (nuint)size);
        return Self;
    }

    public T SetMaxWriteBufferNumber(int value)
    {
        NativeMethods.rocksdb_options_set_max_write_buffer_number(Handle, value);
        return Self;
    }

    public T SetMinWriteBufferNumberToMerge(int value)
    {
        NativeMethods.rocksdb_options_set_min_write_buffer_number_to_merge(Handle, value);
        return Self;
    }

    public T SetLevel0FileNumCompactionTrigger(int value)
    {
        NativeMethods.rocksdb_options_set_level0_file_num_compaction_trigger(Handle, value);
        return Self;
    }

    public T SetLevel0SlowdownWritesTrigger(int value)
    {
        NativeMethods.rocksdb_options_set_level0_slowdown_writes_trigger(Handle, value);
        return Self;
    }

    public T SetLevel0StopWritesTrigger(int value)
    {
        NativeMethods.rocksdb_options_set_level0_stop_writes_trigger(Handle, value);
        return Self;
    }

    public T SetTargetFileSizeBase(ulong value)
    {
        NativeMethods.rocksdb_options_set_target_file_size_base(Handle, value);
        return Self;
    }

    public T SetMaxBytesForLevelBase(ulong value)
    {
        NativeMethods.rocksdb_options_set_max_bytes_for_level_base(Handle, value);
        return Self;
    }

    public T SetLevelCompactionDynamicLevelBytes(bool value)
    {
        NativeMethods.rocksdb_options_set_level_compaction_dynamic_level_bytes(Handle, Flag(value));
        return Self;
    }

    public T SetCompression(Compression value)
    {
        NativeMethods.rocksdb_options_set_compression(Handle, (int)value);
        return Self;
    }

    public T SetBlockBasedTableFactory(BlockBasedTableOptions table_options)
    {
        NativeMethods.rocksdb_options_set_block_based_table_factory(Handle, table_options.Handle);
        _tableOptions = table_options;
        GC.KeepAlive(_tableOptions);
        return Self;
    }

    private protected static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
