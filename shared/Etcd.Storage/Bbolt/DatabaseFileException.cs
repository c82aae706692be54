namespace Etcd.Storage.Bbolt;

/// <summary>A file is no database file, or a damaged one; nothing of it is to be used.</summary>
public sealed class DatabaseFileException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What is wrong with it.</param>
    public DatabaseFileException(string path, string reason)
        : base($"database file {path}: {reason}")
    {
    }
}
