using Etcd.Node;
using Etcd.Ports.Engine;

namespace Etcd.Member.Grpc;

/// <summary>What the host gives to the gRPC edge. Thread-safe.</summary>
internal interface IMemberAccess
{
    /// <summary>True once <see cref="Node"/> and <see cref="Engine"/> can be used.</summary>
    bool IsStarted { get; }

    /// <summary>The running member.</summary>
    MemberNode Node { get; }

    /// <summary>The engine behind it; a received snapshot may replace it.</summary>
    IKvEngine Engine { get; }
}
