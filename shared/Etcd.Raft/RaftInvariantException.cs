namespace Etcd.Raft;

/// <summary>
/// Something happened that the algorithm rules out: a bug, or storage that lost what it had acknowledged. The member
/// must stop; going on could destroy committed data. The message holds the values.
/// </summary>
public sealed class RaftInvariantException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was violated, with the values.</param>
    public RaftInvariantException(string message)
        : base(message)
    {
    }
}
