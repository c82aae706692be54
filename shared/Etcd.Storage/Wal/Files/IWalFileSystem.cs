namespace Etcd.Storage.Wal.Files;

/// <summary>
/// The directory of a log. Names are relative to it. Every failure is an <see cref="IOException"/>. Creation is
/// used by two threads at once (for different names), all else by one.
/// </summary>
internal interface IWalFileSystem
{
    /// <summary>Full path of the directory, for messages.</summary>
    string DirectoryPath { get; }

    /// <summary>Creates the directory, durable on return, when it is missing.</summary>
    void CreateDirectory();

    /// <summary>Names of the files in the directory, in no order; none when it is missing.</summary>
    IReadOnlyList<string> List();

    /// <summary>Creates an empty file, replacing one that exists.</summary>
    IWalFile Create(string name);

    /// <summary>Opens a file for reading and writing.</summary>
    IWalFile Open(string name);

    /// <summary>Renames a file, replacing one that exists.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file.</summary>
    void Delete(string name);

    /// <summary>Makes the names durable.</summary>
    void SyncDirectory();
}
