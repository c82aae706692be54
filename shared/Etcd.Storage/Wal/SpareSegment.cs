using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Wal;

/// <summary>A file that can become a segment.</summary>
/// <param name="Name">Its name until then.</param>
/// <param name="File">The file, owned.</param>
internal readonly record struct SpareSegment(string Name, IWalFile File);
