namespace Etcd.Raft;

public sealed partial class RaftNode
{
    private SoftState _previousSoftState;
    private HardState _previousHardState;

    /// <summary>True when <see cref="TakeReady"/> would return something.</summary>
    public bool HasReady => _previousSoftState != _core.SoftState || _previousHardState != _core.HardState;

    /// <summary>
    /// Takes all work that has come up since the last call. Taking it is accepting it: everything in it must be handled.
    /// </summary>
    public Ready TakeReady()
    {
        _previousSoftState = _core.SoftState;
        throw new NotImplementedException();
    }
}
