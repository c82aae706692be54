using Etcd.Ports.Log;

namespace Etcd.Simulator.Bugs;

/// <summary>Answers and votes leave before the fsync that they promise.</summary>
internal sealed class AcknowledgesBeforeFsync : Bug
{
    public override bool AcknowledgesBeforeSync => true;
}

/// <summary>A member forgets whom it voted for, and votes again.</summary>
internal sealed class ForgetsVotes : Bug
{
    public override LogHardState Remembered(LogHardState state) => state with { Vote = 0 };
}

/// <summary>A member forgets the term that it has seen.</summary>
internal sealed class ForgetsTerms : Bug
{
    private LogHardState _first;

    public override LogHardState Remembered(LogHardState state)
    {
        _first = _first == default ? state : _first;
        return _first with { Commit = state.Commit };
    }
}

/// <summary>Entries that a new leader replaced come back with a restart.</summary>
internal sealed class ResurrectsEntries : Bug
{
    public override bool KeepsReplacedEntries => true;
}

/// <summary>The disk says that it wrote, and loses the end all the same.</summary>
internal sealed class LosesSyncedEntries : Bug
{
    public override bool LosesSyncedTail => true;
}

/// <summary>The applied position becomes durable without the changes that belong to it (etcd 3.5.0).</summary>
internal sealed class TornAppliedIndex : Bug
{
    public override bool LosesData => true;
}

/// <summary>Changes become durable without the applied position, and are applied once more.</summary>
internal sealed class AppliesTwice : Bug
{
    public override bool LosesAppliedIndex => true;
}

/// <summary>A flush returns early, and the log is released.</summary>
internal sealed class FlushReturnsEarly : Bug
{
    public override bool FlushLies => true;
}

/// <summary>An fsync failed, and the next one is believed (PostgreSQL's of 2018).</summary>
internal sealed class RetriesFsync : Bug
{
    public override bool RetriesSyncs => true;
}

/// <summary>A member whose disk is full goes on.</summary>
internal sealed class ServesAfterDiskFull : Bug
{
    public override bool IgnoresFullDisks => true;
}

/// <summary>A log that is damaged anywhere is cut there, as if it were torn.</summary>
internal sealed class RepairsAnyCorruption : Bug
{
    public override bool RepairsAnyDamage => true;
}

/// <summary>A flipped bit in the log is applied.</summary>
internal sealed class SkipsChecksums : Bug
{
    public override bool IgnoresChecksums => true;
}

/// <summary>A member without its disk votes and acknowledges under the id of the one that had it.</summary>
internal sealed class StartsAgainEmpty : Bug
{
    public override bool RejoinsEmpty => true;
}

/// <summary>A restored cluster gives out revisions once more that watches have seen already.</summary>
internal sealed class RestoresOldRevision : Bug
{
    public override bool RestoresWithoutBump => true;
}

/// <summary>A member starts from an old copy of its disk.</summary>
internal sealed class RestoresOldDisk : Bug
{
    public override bool RestoresOldImage => true;
}

/// <summary>Every 400th change never reaches the engine.</summary>
internal sealed class DropsChanges : Bug
{
    public override bool Writes(int number) => number % 400 != 399;
}
