using System.Runtime.InteropServices;

namespace RocksDbSharp;

/// <summary>An error that RocksDB returned, with its text.</summary>
public class RocksDbException : RocksDbSharpException
{
    /// <summary>Takes the text over and frees it.</summary>
    /// <param name="errptr">Not zero; freed on return.</param>
    public RocksDbException(IntPtr errptr)
        : base(Take(errptr))
    {
    }

    /// <summary>Throws when a call set its error pointer.</summary>
    internal static void ThrowIfError(nint error)
    {
        if (error != 0)
        {
            throw new RocksDbException(error);
        }
    }

    private static string Take(nint error)
    {
        var text = Marshal.PtrToStringUTF8(error) ?? "unknown error";
        NativeMethods.rocksdb_free(error);
        return text;
    }
}
