using Etcd.Benchmarks.Scale;

namespace Etcd.Benchmarks.Cli;

/// <summary>What a measurement of growth is to do.</summary>
internal sealed record ScaleOptions : SideBySideOptions
{
    /// <summary>Stands for no dimension: only the machine's limits.</summary>
    private const string LimitsOnly = "limits";

    public ScaleOptions(Options options)
        : base(options, rounds: 3)
    {
        Dimensions = Parse(options.Text("dimension", "all"));
        Least = options.Number("min", 1);
        Most = options.Number("max", int.MaxValue);
        options.RefuseUnknown();
        if (Dimensions.Count > 0 && !Dimensions.SelectMany(StepsOf).Any())
        {
            throw new UsageException($"no step lies between --min {Least} and --max {Most}");
        }
    }

    public IReadOnlyList<ScaleDimension> Dimensions { get; }

    /// <summary>Steps below are left out.</summary>
    public int Least { get; }

    /// <summary>Steps above are left out.</summary>
    public int Most { get; }

    /// <summary>The steps to measure.</summary>
    public IEnumerable<int> StepsOf(ScaleDimension dimension) =>
        dimension.Steps.Where(step => step >= Least && step <= Most);

    /// <summary>How long a step will take, roughly.</summary>
    public double SecondsOf(ScaleDimension dimension, int step) => dimension.OtherSeconds(step, Rounds)
        + (2 * dimension.Measurements * ((Rounds * (Duration.TotalSeconds + 0.5)) + (WarmUp.TotalSeconds / 2)));

    private static IReadOnlyList<ScaleDimension> Parse(string names) => names switch
    {
        "all" => ScaleCatalog.All,
        LimitsOnly => [],
        _ => [.. names.Split(',').Select(static name =>
            ScaleCatalog.All.FirstOrDefault(dimension => dimension.Name == name) ?? throw new UsageException(
                $"no dimension '{name}'; there are: "
                + $"{string.Join(", ", ScaleCatalog.All.Select(static dimension => dimension.Name))}, {LimitsOnly}, all"))],
    };
}
