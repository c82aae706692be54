namespace Etcd.Benchmarks.Http2;

/// <summary>The run cannot go on; the message says why, for the one who started it.</summary>
internal sealed class LoadException : Exception
{
    public LoadException(string message)
        : base(message)
    {
    }

    public LoadException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LoadException()
    {
    }
}
