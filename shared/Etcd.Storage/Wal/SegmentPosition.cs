namespace Etcd.Storage.Wal;

/// <summary>A place between two frames.</summary>
/// <param name="Offset">Bytes from the start of the segment file.</param>
/// <param name="Frame">Number of the frame before.</param>
/// <param name="RollingCrc">Rolling CRC after that frame.</param>
internal readonly record struct SegmentPosition(long Offset, ulong Frame, uint RollingCrc);
