namespace Etcd.Node;

/// <summary>Log, engine and options contradict each other: the member must not start.</summary>
public sealed class MemberStartException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What does not fit, with the values.</param>
    public MemberStartException(string message)
        : base(message)
    {
    }
}
