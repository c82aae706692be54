namespace Etcd.Gateway.Cluster;

/// <summary>How a member answered the last look at it.</summary>
internal enum MemberReach
{
    /// <summary>Not looked at yet.</summary>
    Unknown,

    /// <summary>It answered.</summary>
    Reachable,

    /// <summary>Nobody listens, or the connection broke: the process is gone.</summary>
    Refused,

    /// <summary>It did not answer in time, several times: hung, paused, or cut off.</summary>
    Silent,
}
