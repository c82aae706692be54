namespace Etcd.Benchmarks.Http2;

/// <summary>Flags of HTTP/2 frames; their meaning depends on the frame.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    /// <summary>On SETTINGS and PING the same bit acknowledges.</summary>
    EndStream = 0x1,
    EndHeaders = 0x4,
    Padded = 0x8,
    Priority = 0x20,
}
