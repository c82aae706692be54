namespace RocksDbSharp;

/// <summary>Makes something of bytes that are there during the call only.</summary>
public interface ISpanDeserializer<out T>
{
    T Deserialize(ReadOnlySpan<byte> buffer);
}
