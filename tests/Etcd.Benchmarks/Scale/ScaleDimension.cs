using Etcd.Benchmarks.Plots;

namespace Etcd.Benchmarks.Scale;

/// <summary>One thing that grows while all else stays, and what is measured along it. Immutable.</summary>
internal abstract class ScaleDimension
{
    /// <summary>For the command line and files.</summary>
    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>What the horizontal axis shows.</summary>
    public abstract string AxisTitle { get; }

    /// <summary>Unit of the horizontal axis.</summary>
    public virtual PlotUnit AxisUnit => PlotUnit.Count;

    /// <summary>Where it is measured, ascending.</summary>
    public abstract IReadOnlyList<int> Steps { get; }

    public abstract IReadOnlyList<ScaleQuantity> Quantities { get; }

    /// <summary>Whether the servers go on from one step to the next.</summary>
    public virtual bool SharesServers => true;

    /// <summary>Members of each cluster at a step.</summary>
    public virtual int MembersAt(int step) => 1;

    /// <summary>How many measurements of a workload a step takes, each alternating over the rounds.</summary>
    public abstract int Measurements { get; }

    /// <summary>Seconds that a step needs besides those, by experience; for the forecast only.</summary>
    public virtual double OtherSeconds(int step, int rounds) => SharesServers ? 0 : 5;

    /// <summary>Measures both products at a step.</summary>
    public abstract IReadOnlyList<ScaleFigure> Measure(ScaleBench bench, int step);
}
