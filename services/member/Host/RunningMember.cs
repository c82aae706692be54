using Etcd.Node;
using Etcd.Ports.Engine;

namespace Etcd.Member.Host;

/// <summary>The member once it runs; handlers that may come earlier ask first. Thread-safe.</summary>
internal sealed class RunningMember
{
    private volatile MemberNode? _node;
    private volatile IKvEngine? _engine;

    /// <summary>True once <see cref="Node"/> and <see cref="Engine"/> can be used.</summary>
    public bool IsStarted => _node is not null;

    /// <summary>The running member.</summary>
    public MemberNode Node => _node ?? throw new InvalidOperationException("the member has not started yet");

    /// <summary>The engine behind it; a received snapshot may replace it.</summary>
    public IKvEngine Engine => _engine ?? throw new InvalidOperationException("the engine is not open yet");

    /// <summary>Sets or replaces the engine.</summary>
    public void Use(IKvEngine engine) => _engine = engine;

    /// <summary>Sets the member.</summary>
    public void Use(MemberNode node) => _node = node;
}
