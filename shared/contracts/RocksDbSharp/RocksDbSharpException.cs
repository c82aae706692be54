namespace RocksDbSharp;

/// <summary>Base of the library's exceptions.</summary>
public class RocksDbSharpException : Exception
{
    public RocksDbSharpException()
    {
    }

    public RocksDbSharpException(string message)
        : base(message)
    {
    }

    public RocksDbSharpException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
