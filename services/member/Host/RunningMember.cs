using Etcd.Member.Grpc;
using Etcd.Node;
using Etcd.Ports.Engine;

namespace Etcd.Member.Host;

/// <summary>The member once it runs; handlers that may come earlier ask first. Thread-safe.</summary>
internal sealed class RunningMember : IMemberAccess
{
    private volatile MemberNode? _node;
    private volatile IKvEngine? _engine;

    /// <inheritdoc />
    public bool IsStarted => _node is not null;

    /// <inheritdoc />
    public MemberNode Node => _node ?? throw new InvalidOperationException("the member has not started yet");

    /// <inheritdoc />
    public IKvEngine Engine => _engine ?? throw new InvalidOperationException("the engine is not open yet");

    /// <summary>Sets or replaces the engine.</summary>
    public void Use(IKvEngine engine) => _engine = engine;

    /// <summary>Sets the member.</summary>
    public void Use(MemberNode node) => _node = node;
}
