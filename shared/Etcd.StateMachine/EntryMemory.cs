namespace Etcd.StateMachine;

/// <summary>
/// Memory of entries' payloads. Small ones are cut from an array that those before and after have too: the log keeps
/// the newest thousands, and a collection follows one array for all of them. A thread cuts from its own array, so
/// neighbours come in about the order of the log and are let go of together. Thread-safe.
/// </summary>
internal static class EntryMemory
{
    private const int ArrayBytes = 16 << 10;
    private const int MostCutBytes = 1 << 10;

    [ThreadStatic]
    private static byte[]? _array;

    [ThreadStatic]
    private static int _used;

    /// <summary>Memory that nobody else has or will have. Its content is arbitrary.</summary>
    public static Memory<byte> Take(int length)
    {
        if (length > MostCutBytes)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        byte[]? array = _array;
        if (array is null || length > array.Length - _used)
        {
            _array = array = GC.AllocateUninitializedArray<byte>(ArrayBytes);
            _used = 0;
        }

        Memory<byte> taken = array.AsMemory(_used, length);
        _used += length;
        return taken;
    }
}
