using Etcd.Simulator.World;

namespace Etcd.Simulator.Checkers;

/// <summary>What starts after an answer was given must not see an older revision than that answer.</summary>
internal sealed class RevisionOrder
{
    private long _highest;

    /// <summary>The floor for an operation that starts now.</summary>
    public RevisionFloor Floor => new(this, _highest);

    /// <summary>An operation was answered.</summary>
    public void Returned(string what, long floor, long revision)
    {
        SimulationFailure.Unless(
            revision >= floor,
            "revisions never go back",
            () => $"{what} answers revision {revision}, but {floor} was answered before it began");
        _highest = Math.Max(_highest, revision);
    }
}
