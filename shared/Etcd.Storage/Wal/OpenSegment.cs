using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>The segment that frames are appended to.</summary>
/// <param name="File">Its file, owned.</param>
/// <param name="Header">Its header.</param>
/// <param name="Position">Where the next frame goes.</param>
internal readonly record struct OpenSegment(IWalFile File, SegmentHeader Header, SegmentPosition Position);
