using System.Globalization;
using System.Reflection;

namespace Etcd.Simulator.Cli;

/// <summary>What a failed seed leaves on the console.</summary>
internal static class Report
{
    public static void Failure(int seed, Arguments arguments, Outcome outcome)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"FAILED seed {seed} scenario {outcome.Simulation.Settings.Scenario} commit {Commit()} "
            + $"at {outcome.Simulation.Scheduler.Now / 1e6:F6} s"));
        Console.WriteLine("  " + outcome.Failure!.Message); // The caller has one.
        if (outcome.Failure is not World.SimulationFailure)
        {
            Console.WriteLine(outcome.Failure);
        }

        (Outcome smallest, List<string> without) = Shrinker.Shrink(outcome, arguments.NewBug);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  fails at {smallest.Simulation.Scheduler.Now / 1e6:F6} s with "
            + $"{Math.Min(smallest.Simulation.Nemesis.Faults, smallest.Simulation.Settings.MostFaults)} faults, "
            + $"without: {string.Join(", ", without)}"));
        Console.WriteLine("  " + smallest.Failure!.Message); // Shrinking keeps the failure.
        foreach (string line in smallest.Simulation.Trace.Last(arguments.TraceLines, brief: true))
        {
            Console.WriteLine("  " + line);
        }

        string bug = arguments.BugName is null ? string.Empty : " --bug " + arguments.BugName;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  replay: dotnet run -c Release --project tests/Etcd.Simulator -- --seeds 1 --from {seed} "
            + $"--scenario {arguments.Scenario}{bug}"));
    }

    private static string Commit()
    {
        string? version = typeof(Report).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        int plus = version?.IndexOf('+', StringComparison.Ordinal) ?? -1;
        return plus < 0 ? "unknown" : version![(plus + 1)..];
    }
}
