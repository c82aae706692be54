using Etcd.Protocol.Errors;

namespace Etcd.Client;

/// <summary>An error of the cluster that ends a watch or a lease's keep-alive.</summary>
public sealed class EtcdException : Exception
{
    /// <summary>Wraps an error.</summary>
    public EtcdException(EtcdError error)
        : base(error.Message) => Error = error;

    /// <summary>Wraps an error with its cause.</summary>
    public EtcdException(EtcdError error, Exception innerException)
        : base(error.Message, innerException) => Error = error;

    /// <summary>The error; its code is Other when etcd's table does not have the text.</summary>
    public EtcdError Error { get; }

    /// <summary>For <see cref="EtcdErrors.Compacted"/> from a watch: the first revision still there, else 0.</summary>
    public long CompactRevision { get; init; }
}
