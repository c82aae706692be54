namespace Grpc.Core;

/// <summary>How messages are written. Immutable.</summary>
public class WriteOptions
{
    /// <summary>No flags.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Creates options.</summary>
    public WriteOptions(WriteFlags flags = default)
    {
        Flags = flags;
    }

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; }
}
