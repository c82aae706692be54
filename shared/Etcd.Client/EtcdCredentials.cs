namespace Etcd.Client;

/// <summary>A user of the cluster.</summary>
/// <param name="User">Its name.</param>
/// <param name="Password">Its password, in plain text.</param>
public sealed record EtcdCredentials(string User, string Password)
{
    /// <summary>The name only: a password does not belong into logs.</summary>
    public override string ToString() => User;
}
