using Etcd.Raft;

namespace Etcd.Simulator.Bugs;

/// <summary>A client is told of success when its write is only proposed.</summary>
internal sealed class AnswersBeforeItIsCommitted : Bug
{
    public override bool AnswersBeforeCommit => true;
}

/// <summary>A write is proposed again although the first proposal may succeed.</summary>
internal sealed class RetriesProposals : Bug
{
    public override bool ProposesTwice => true;
}

/// <summary>A restart with a clock that was set back gives numbers again that are still on their way.</summary>
internal sealed class IdsByWallClock : Bug
{
    public override bool NumbersByWallClock => true;
}

/// <summary>The wire between members repeats forwarded proposals.</summary>
internal sealed class RepeatsProposals : Bug
{
    public override bool RepeatsForwardedProposals => true;
}

/// <summary>A whole state is sent that holds less than it says: the revision goes back.</summary>
internal sealed class RestoreLowersRevision : Bug
{
    public override bool SendsOldStates => true;
}

/// <summary>Any member answers linearizable reads from what it happens to have.</summary>
internal sealed class ReadsLocally : Bug
{
    public override bool ReadsWithoutIndex => true;
}

/// <summary>A leader that was paused or cut off answers as if it still led.</summary>
internal sealed class ReadsFromDeposedLeader : Bug
{
    public override bool ReadsOnBelief => true;
}

/// <summary>Reads trust clocks, and clocks stop.</summary>
internal sealed class ReadsByClock : Bug
{
    public override ReadOnlyOption ReadOnlyOption => ReadOnlyOption.LeaseBased;
}
