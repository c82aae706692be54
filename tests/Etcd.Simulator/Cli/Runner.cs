using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>The outcome of one seed.</summary>
/// <param name="Simulation">The run, as it stood at the end or at the failure.</param>
/// <param name="Failure">What broke; null when nothing did.</param>
internal sealed record Outcome(Simulation Simulation, Exception? Failure)
{
    public string Invariant => (Failure as SimulationFailure)?.Invariant ?? Failure?.GetType().Name ?? "none";
}

/// <summary>Runs one seed.</summary>
internal static class Runner
{
    public static Outcome Run(int seed, string scenario, Bug bug) => Run(Scenarios.Of(seed, scenario), bug);

    public static Outcome Run(Settings settings, Bug bug)
    {
        Simulation simulation = new(settings, bug);
        try
        {
            simulation.Run();
            return new Outcome(simulation, null);
        }
        catch (Exception exception)
        {
            // Whatever the product throws is a finding, as a broken invariant is.
            return new Outcome(simulation, exception);
        }
    }
}
