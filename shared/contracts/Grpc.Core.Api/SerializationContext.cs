using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller writes one message.</summary>
public abstract class SerializationContext
{
    /// <summary>Completes with the whole payload.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    /// <summary>A writer for the payload, to be followed by <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Announces the payload's length in bytes.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
        // The length is a hint; a context that has no use for it ignores it.
    }

    /// <summary>Completes what was written to the buffer writer.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}
