namespace Grpc.Core;

/// <summary>How one message is written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>May wait in a buffer for the next one.</summary>
    BufferHint = 1,

    /// <summary>Is not compressed.</summary>
    NoCompress = 2,
}
