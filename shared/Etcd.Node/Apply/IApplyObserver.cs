using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Apply;

/// <summary>Sees each applied entry, for metrics. Called on the apply loop; must not block.</summary>
public interface IApplyObserver
{
    /// <summary>An entry was applied, not yet committed to the engine.</summary>
    void OnApplied(in Entry entry, in ApplyResult result);
}
