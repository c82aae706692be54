using System.Globalization;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Cli;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    /// <summary>Seeds that are run, from 1; as many as the time allows when only the time is given.</summary>
    public int Seeds { get; private set; } = 100;

    public int From { get; private set; } = 1;

    public string Scenario { get; private set; } = Scenarios.Any;

    /// <summary>No seed is begun after this time.</summary>
    public double Minutes { get; private set; } = double.MaxValue;

    public string? BugName { get; private set; }

    public bool Twice { get; private set; }

    public bool KeepGoing { get; private set; }

    public bool Help { get; private set; }

    /// <summary>Trace lines printed for a failure, from 0.</summary>
    public int TraceLines { get; private set; } = 60;

    /// <summary>The planted bug, new for each run.</summary>
    public Bug NewBug() => BugName is null ? Bug.None : PlantedBugs.ByName[BugName]();

    /// <summary>Understands a command line, or says what it does not understand.</summary>
    public static (Arguments? Arguments, string Error) Parse(string[] args)
    {
        Arguments parsed = new();
        bool hasSeeds = false;
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (parsed.Switch(name))
            {
                continue;
            }

            if (i + 1 == args.Length)
            {
                return (null, $"{name}: unknown, or its value is missing");
            }

            if (parsed.Set(name, args[++i]) is { } error)
            {
                return (null, $"{name} {args[i]}: {error}");
            }

            hasSeeds |= name == "--seeds";
        }

        if (!hasSeeds && parsed.Minutes < double.MaxValue)
        {
            parsed.Seeds = int.MaxValue - Math.Max(0, parsed.From);
        }

        return (long)parsed.From + parsed.Seeds > int.MaxValue
            ? (null, $"--from {parsed.From} --seeds {parsed.Seeds}: seeds end at {int.MaxValue}")
            : (parsed, string.Empty);
    }

    private bool Switch(string name)
    {
        switch (name)
        {
            case "--twice":
                return Twice = true;
            case "--keep-going":
                return KeepGoing = true;
            case "--help" or "-h":
                return Help = true;
            default:
                return false;
        }
    }

    /// <summary>Null when understood.</summary>
    private string? Set(string name, string value)
    {
        bool isNumber = int.TryParse(value, CultureInfo.InvariantCulture, out int number);
        switch (name)
        {
            case "--seeds":
                Seeds = number;
                return isNumber && number > 0 ? null : "a number from 1 is expected";
            case "--from":
                From = number;
                return isNumber ? null : "a number is expected";
            case "--trace":
                TraceLines = number;
                return isNumber && number >= 0 ? null : "a number from 0 is expected";
            case "--minutes":
                bool isTime = double.TryParse(value, CultureInfo.InvariantCulture, out double minutes) && minutes > 0;
                Minutes = minutes;
                return isTime ? null : "a time above 0 is expected";
            case "--scenario":
                Scenario = value;
                return Scenarios.Exists(value) ? null : "no such scenario";
            case "--bug":
                BugName = value;
                return PlantedBugs.ByName.ContainsKey(value) ? null : "no such bug";
            default:
                return "no such option";
        }
    }
}
