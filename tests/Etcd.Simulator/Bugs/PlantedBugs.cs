namespace Etcd.Simulator.Bugs;

/// <summary>All planted bugs by name.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyDictionary<string, Func<Bug>> ByName { get; } =
        new SortedDictionary<string, Func<Bug>>(StringComparer.Ordinal)
        {
            ["ack-before-fsync"] = static () => new AcknowledgesBeforeFsync(),
            ["answer-before-commit"] = static () => new AnswersBeforeItIsCommitted(),
            ["applies-twice"] = static () => new AppliesTwice(),
            ["compaction-loses-events"] = static () => new CompactionLosesEvents(),
            ["deposed-leader-revokes"] = static () => new DeposedLeaderRevokes(),
            ["drops-changes"] = static () => new DropsChanges(),
            ["flush-returns-early"] = static () => new FlushReturnsEarly(),
            ["forgets-terms"] = static () => new ForgetsTerms(),
            ["forgets-votes"] = static () => new ForgetsVotes(),
            ["ids-by-wall-clock"] = static () => new IdsByWallClock(),
            ["lease-by-wall-clock"] = static () => new LeasesByWallClock(),
            ["leases-end-early"] = static () => new LeasesEndEarly(),
            ["leases-never-end"] = static () => new LeasesNeverEnd(),
            ["loses-synced-entries"] = static () => new LosesSyncedEntries(),
            ["loses-watch-batches"] = static () => new LosesWatchBatches(),
            ["reads-by-clock"] = static () => new ReadsByClock(),
            ["reads-from-deposed-leader"] = static () => new ReadsFromDeposedLeader(),
            ["reads-locally"] = static () => new ReadsLocally(),
            ["rejoins-empty"] = static () => new StartsAgainEmpty(),
            ["repairs-any-corruption"] = static () => new RepairsAnyCorruption(),
            ["repeats-event-on-resume"] = static () => new RepeatsEventOnResume(),
            ["repeats-proposals"] = static () => new RepeatsProposals(),
            ["restore-lowers-revision"] = static () => new RestoreLowersRevision(),
            ["restore-without-bump"] = static () => new RestoresOldRevision(),
            ["restores-old-disk"] = static () => new RestoresOldDisk(),
            ["resurrects-entries"] = static () => new ResurrectsEntries(),
            ["retries-fsync"] = static () => new RetriesFsync(),
            ["retries-proposals"] = static () => new RetriesProposals(),
            ["serves-after-disk-full"] = static () => new ServesAfterDiskFull(),
            ["skips-checksums"] = static () => new SkipsChecksums(),
            ["torn-applied-index"] = static () => new TornAppliedIndex(),
            ["wrong-previous-value"] = static () => new WrongPreviousValue(),
        };
}
