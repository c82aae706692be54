namespace Etcd.Member.Host;

/// <summary>The member cannot start; the text is what etcd says.</summary>
internal sealed class StartException : Exception
{
    /// <summary>Creates the error.</summary>
    public StartException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error of a failure below.</summary>
    public StartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
