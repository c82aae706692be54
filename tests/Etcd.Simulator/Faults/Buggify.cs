using Etcd.Simulator.World;

namespace Etcd.Simulator.Faults;

/// <summary>Places in the driver where something rare may be forced; each seed switches some of them on.</summary>
internal enum RarePlace
{
    /// <summary>A process dies when its log is written, before anybody is told.</summary>
    DiesAfterSync,

    /// <summary>A process dies when a received state is in the engine, before the log knows of it.</summary>
    DiesAfterInstall,

    /// <summary>A process dies between the flush of the engine and the marker in the log.</summary>
    DiesAfterFlush,

    /// <summary>A process dies between the marker and the release of the log.</summary>
    DiesBeforeRelease,

    /// <summary>A whole state does not arrive.</summary>
    LosesState,

    /// <summary>A member that was added never starts.</summary>
    LosesLearner,

    /// <summary>A membership change is proposed twice.</summary>
    RepeatsChange,

    /// <summary>Applying falls far behind.</summary>
    AppliesLate,
}

/// <summary>Makes rarely taken paths common, as FoundationDB's macro of that name does.</summary>
internal sealed class Buggify(Simulation simulation, Random random)
{
    private readonly bool[] _isOn =
        [.. Enum.GetValues<RarePlace>().Select(_ => simulation.Settings.Buggify && random.Next(3) == 0)];
    private readonly int[] _fired = new int[Enum.GetValues<RarePlace>().Length];
    private bool _ended;

    /// <summary>How often each place did something rare.</summary>
    public IReadOnlyList<int> Fired => _fired;

    public void End() => _ended = true;

    /// <summary>True when something rare is to happen here.</summary>
    public bool At(RarePlace place, ulong who)
    {
        if (!_isOn[(int)place] || _ended || random.Next(OneIn(place)) != 0)
        {
            return false;
        }

        _fired[(int)place]++;
        simulation.Trace.Add(TraceKind.Buggify, who, (long)place, text: place.ToString());
        return true;
    }

    /// <summary>Kills the process that runs this, now and then.</summary>
    public void MayDie(RarePlace place, ulong who)
    {
        if (At(place, who))
        {
            throw new IOException($"the process dies: {place}");
        }
    }

    // Each so often that a run sees it a few times.
    private static int OneIn(RarePlace place) => place switch
    {
        RarePlace.DiesAfterSync => 100,
        RarePlace.AppliesLate => 50,
        _ => 4,
    };
}
