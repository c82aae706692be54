namespace Etcd.Storage;

/// <summary>
/// The storage cannot be opened or failed while in use. The message says what failed, where, and what to do.
/// After one that a write or a flush threw, nothing more can be trusted to the storage: the member stops.
/// </summary>
public sealed class StorageException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What failed, where, and what to do.</param>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error.</summary>
    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
