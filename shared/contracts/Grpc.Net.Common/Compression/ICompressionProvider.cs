using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One message encoding. Thread-safe.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in "grpc-encoding".</summary>
    string EncodingName { get; }

    /// <summary>A stream that compresses into another one and leaves it open; null level for the default.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that decompresses another one.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
