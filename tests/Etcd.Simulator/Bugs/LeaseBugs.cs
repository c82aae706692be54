namespace Etcd.Simulator.Bugs;

/// <summary>A deposed leader's verdict on a lease reaches its successor's log.</summary>
internal sealed class DeposedLeaderRevokes : Bug
{
    public override bool RevokesUnfenced => true;
}

/// <summary>Leases are counted by a clock that is too fast.</summary>
internal sealed class LeasesEndEarly : Bug
{
    public override double LeaseClockRate => 1.4;
}

/// <summary>Leases are counted by a clock that can be set.</summary>
internal sealed class LeasesByWallClock : Bug
{
    public override bool CountsLeasesByWallClock => true;
}

/// <summary>Expired leases stay.</summary>
internal sealed class LeasesNeverEnd : Bug
{
    public override bool NeverRevokes => true;
}
