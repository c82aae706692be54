namespace Etcd.Storage.Bbolt;

/// <summary>Outcome of checking the SHA-256 behind a snapshot file.</summary>
public enum DatabaseFileHash
{
    /// <summary>There is none: a raw copy of a member's database.</summary>
    Missing,

    /// <summary>It is that of the bytes before it.</summary>
    Matches,

    /// <summary>The file was changed or cut.</summary>
    Differs,
}
