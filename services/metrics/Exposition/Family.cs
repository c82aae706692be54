namespace Etcd.Metrics.Exposition;

/// <summary>A metric with all its series. Used by one scrape's code alone.</summary>
internal sealed class Family
{
    public Family(string name)
    {
        Name = name;
    }

    /// <summary>The name, without the suffixes of histograms and summaries.</summary>
    public string Name { get; }

    /// <summary>The escaped help text; null when there was none.</summary>
    public string? Help { get; set; }

    /// <summary>counter, gauge, histogram, summary or untyped; null when it was not said.</summary>
    public string? Type { get; set; }

    /// <summary>The series in the order they came.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>Whether series named with the suffixes _bucket, _sum and _count belong to it.</summary>
    public bool HasParts => Type is "histogram" or "summary";
}
