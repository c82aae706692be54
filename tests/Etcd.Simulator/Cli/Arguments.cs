using System.Globalization;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public int Seeds { get; private set; } = 100;

    public int From { get; private set; } = 1;

    public string Scenario { get; private set; } = Scenarios.Any;

    public double Minutes { get; private set; } = double.MaxValue;

    public string? BugName { get; private set; }

    public bool Twice { get; private set; }

    public bool KeepGoing { get; private set; }

    /// <summary>Trace lines printed for a failure.</summary>
    public int TraceLines { get; private set; } = 60;

    /// <summary>The planted bug, new for each run.</summary>
    public Bug NewBug() => BugName is null ? Bug.None : PlantedBugs.ByName[BugName]();

    /// <summary>Null when something is not understood.</summary>
    public static Arguments? Parse(string[] args)
    {
        Arguments parsed = new();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--twice")
            {
                parsed.Twice = true;
            }
            else if (args[i] == "--keep-going")
            {
                parsed.KeepGoing = true;
            }
            else if (i + 1 == args.Length || !parsed.Set(args[i], args[++i]))
            {
                return null;
            }
        }

        return parsed;
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--seeds" when int.TryParse(value, CultureInfo.InvariantCulture, out int seeds):
                Seeds = seeds;
                return true;
            case "--from" when int.TryParse(value, CultureInfo.InvariantCulture, out int from):
                From = from;
                return true;
            case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out double minutes):
                Minutes = minutes;
                return true;
            case "--trace" when int.TryParse(value, CultureInfo.InvariantCulture, out int lines):
                TraceLines = lines;
                return true;
            case "--scenario" when Scenarios.Exists(value):
                Scenario = value;
                return true;
            case "--bug" when PlantedBugs.ByName.ContainsKey(value):
                BugName = value;
                return true;
            default:
                return false;
        }
    }
}
