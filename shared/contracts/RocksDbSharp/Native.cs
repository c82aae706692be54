namespace RocksDbSharp;

/// <summary>Direct access to the C API where the typed classes have no method for it.</summary>
public sealed class Native
{
    private Native()
    {
    }

    /// <summary>The only instance.</summary>
    public static Native Instance { get; } = new();

    /// <summary>Throws when the iterator stopped because of an error rather than at the end.</summary>
    /// <exception cref="RocksDbException">The error.</exception>
#pragma warning disable CA1822 // An instance member, as in the package.
    public void rocksdb_iter_get_error(IntPtr iterator)
#pragma warning restore CA1822
    {
        nint error = 0;
        NativeMethods.rocksdb_iter_get_error(iterator, ref error);
        RocksDbException.ThrowIfError(error);
    }
}
