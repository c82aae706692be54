using System.Globalization;
using System.Text.RegularExpressions;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>The series of one member at one moment.</summary>
internal sealed partial class Scrape
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private Scrape()
    {
    }

    /// <summary>Type of each family.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>Value of each series; the name with its labels as they are written.</summary>
    public Dictionary<string, double> Series { get; } = [];

    public static async Task<Scrape> OfAsync(Cluster.Member member)
    {
        var scrape = new Scrape();
        string text = await Http.GetStringAsync($"{member.ClientUrl}/metrics");
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int blank = line.LastIndexOf(' ');
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                scrape.Types.Add(line["# TYPE ".Length..blank], line[(blank + 1)..]);
            }
            else if (line[0] != '#')
            {
                scrape.Series.Add(line[..blank], Number(line[(blank + 1)..]));
            }
        }

        return scrape;
    }

    /// <summary>The value of a series; 0 when it is not there.</summary>
    public double this[string series] => Series.GetValueOrDefault(series);

    /// <summary>Sum of a family's series whose labels hold a text.</summary>
    public double Sum(string family, string label = "") => Series
        .Where(series => series.Key.StartsWith(family + "{", StringComparison.Ordinal)
            && series.Key.Contains(label, StringComparison.Ordinal))
        .Sum(series => series.Value);

    /// <summary>The series without the values of labels that no two members share: ids, versions, addresses.</summary>
    public HashSet<string> Shapes() => [.. Series.Keys.Select(series => Own().Replace(series, "$1=\"*\""))];

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("\\b(server_id|server_version|server_go_version|To|From|Local|Remote)=\"[^\"]*\"")]
    private static partial Regex Own();
}
