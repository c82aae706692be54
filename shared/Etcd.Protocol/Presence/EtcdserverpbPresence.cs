using Etcdserverpb;

namespace Etcd.Protocol.Presence;

/// <summary>As <see cref="RaftpbPresence"/>, for the proto2 messages of etcdserverpb.</summary>
public static class EtcdserverpbPresence
{
    /// <summary>Sets every field but PrevExist and Refresh.</summary>
    public static Request WithPresence(this Request request)
    {
        request.ID = request.ID;
        request.Method = request.Method;
        request.Path = request.Path;
        request.Val = request.Val;
        request.Dir = request.Dir;
        request.PrevValue = request.PrevValue;
        request.PrevIndex = request.PrevIndex;
        request.Expiration = request.Expiration;
        request.Wait = request.Wait;
        request.Since = request.Since;
        request.Recursive = request.Recursive;
        request.Sorted = request.Sorted;
        request.Quorum = request.Quorum;
        request.Time = request.Time;
        request.Stream = request.Stream;
        return request;
    }

    /// <summary>Sets both ids.</summary>
    public static Metadata WithPresence(this Metadata metadata)
    {
        metadata.NodeID = metadata.NodeID;
        metadata.ClusterID = metadata.ClusterID;
        return metadata;
    }
}
