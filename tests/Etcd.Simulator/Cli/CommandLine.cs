using System.Diagnostics;
using System.Globalization;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>Runs seeds one after another and reports.</summary>
internal static class CommandLine
{
    private const string Usage =
        "usage: --seeds N [--from N] [--scenario NAME] [--minutes M] [--bug NAME] [--twice] [--trace LINES] "
        + "[--keep-going]";

    public static int Run(string[] args)
    {
        if (Arguments.Parse(args) is not { } arguments)
        {
            Console.Error.WriteLine(Usage);
            Console.Error.WriteLine("scenarios: any " + string.Join(' ', Scenarios.Names));
            Console.Error.WriteLine("bugs: " + string.Join(' ', PlantedBugs.ByName.Keys));
            return 2;
        }

        Stopwatch watch = Stopwatch.StartNew();
        long virtualTime = 0;
        long steps = 0;
        long operations = 0;
        int undecided = 0;
        int failures = 0;
        int count = 0;
        TimeSpan reported = TimeSpan.Zero;
        for (; count < arguments.Seeds && watch.Elapsed.TotalMinutes < arguments.Minutes; count++)
        {
            int seed = arguments.From + count;
            Outcome outcome = Runner.Run(seed, arguments.Scenario, arguments.NewBug());
            virtualTime += outcome.Simulation.Scheduler.Now;
            steps += outcome.Simulation.Scheduler.Steps;
            operations += outcome.Simulation.Answered;
            undecided += outcome.Simulation.Histories.Undecided;
            if (outcome.Failure is not null)
            {
                failures++;
                Report.Failure(seed, arguments, outcome);
                if (!arguments.KeepGoing)
                {
                    count++;
                    break;
                }
            }
            else if (arguments.Twice)
            {
                ulong again = Runner.Run(seed, arguments.Scenario, arguments.NewBug()).Simulation.Trace.Hash;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"seed {seed} hash {outcome.Simulation.Trace.Hash:x16} again {again:x16}"));
                failures += again == outcome.Simulation.Trace.Hash ? 0 : 1;
            }

            if (watch.Elapsed - reported > TimeSpan.FromSeconds(20))
            {
                reported = watch.Elapsed;
                Console.WriteLine(Figures());
            }
        }

        Console.WriteLine(Figures());
        return failures == 0 ? 0 : 1;

        string Figures() => string.Create(
            CultureInfo.InvariantCulture,
            $"{count} seeds, {count / watch.Elapsed.TotalMinutes:F0} seeds/min, "
            + $"{virtualTime / 3.6e9:F2} simulated hours, {steps} steps, "
            + $"{operations} answered operations, {undecided} undecided, {failures} failures");
    }
}
