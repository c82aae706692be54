namespace Etcd.Storage.Wal.Format;

/// <summary>What a record in a frame holds.</summary>
internal enum RecordType : byte
{
    /// <summary>The log's metadata; the first record of each segment.</summary>
    Metadata = 1,

    /// <summary>An entry.</summary>
    Entry = 2,

    /// <summary>A hard state.</summary>
    HardState = 3,

    /// <summary>A marker where it was saved: entries that contradict it end here.</summary>
    Marker = 4,

    /// <summary>A marker saved in an earlier segment, repeated at the head of one.</summary>
    RepeatedMarker = 5,
}
