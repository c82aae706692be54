using System.Diagnostics;
using System.Globalization;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>Runs seeds one after another and reports.</summary>
internal static class CommandLine
{
    private const string Usage =
        """
        usage: dotnet run -c Release --project tests/Etcd.Simulator -- [options]

          --seeds N        seeds to run, 100 unless a time is given
          --from N         first seed, 1
          --scenario NAME  kind of world; any: each seed has its own
          --minutes M      time after which no seed is begun
          --bug NAME       plants a mistake, to see that it is found
          --twice          runs each seed twice and compares the hashes of the traces
          --trace LINES    lines of the trace printed for a failure, 60
          --keep-going     goes on after a failure

        Ends with 0 when nothing failed, 1 when a seed failed, 2 when the options are wrong.
        """;

    public static int Run(string[] args)
    {
        (Arguments? arguments, string error) = Arguments.Parse(args);
        if (arguments is null)
        {
            Console.Error.WriteLine(error);
            Console.Error.WriteLine("--help lists the options");
            return 2;
        }

        if (arguments.Help)
        {
            Console.WriteLine(Usage);
            Console.WriteLine();
            Console.WriteLine("scenarios: any " + string.Join(' ', Scenarios.Names));
            Console.WriteLine("bugs: " + string.Join(' ', PlantedBugs.ByName.Keys));
            return 0;
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
            undecided += outcome.Simulation.Undecided;
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
