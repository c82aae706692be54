using System.Globalization;
using Etcd.Metrics.Scraping;

namespace Etcd.Metrics.Exposition;

/// <summary>Joins the members' metrics: one family each, every series with the labels of its member.</summary>
internal static class FamilyMerger
{
    /// <summary>Merges all scrapes, and adds what Prometheus itself records of a scrape.</summary>
    /// <returns>The families in order of name.</returns>
    public static IReadOnlyCollection<Family> Merge(IReadOnlyList<MemberScrape> scrapes, string job)
    {
        var merged = new SortedDictionary<string, Family>(StringComparer.Ordinal);
        foreach (var scrape in scrapes)
        {
            foreach (var family in scrape.Exposition?.Families ?? [])
            {
                var target = Named(merged, family.Name);
                target.Help ??= family.Help;
                target.Type ??= family.Type;
                foreach (var sample in family.Samples)
                {
                    var labels = LabelSet.WithTarget(sample.Labels, scrape.Instance, job);
                    target.Samples.Add(sample with { Labels = labels });
                }
            }

            AddOwn(merged, scrape, job);
        }

        return merged.Values;
    }

    private static void AddOwn(SortedDictionary<string, Family> merged, MemberScrape scrape, string job)
    {
        Add("up", "Whether the member answered.", scrape.Exposition is null ? 0 : 1);
        Add("scrape_duration_seconds", "How long the member took.", scrape.Duration.TotalSeconds);
        Add("scrape_samples_scraped", "Series the member gave.", scrape.Exposition?.SampleCount ?? 0);
        Add("scrape_lines_dropped", "Lines of the member that are no metrics.", scrape.Exposition?.BadLineCount ?? 0);

        void Add(string name, string help, double value)
        {
            var family = Named(merged, name);
            family.Help ??= help;
            family.Type ??= "gauge";
            family.Samples.Add(new Sample(
                name,
                LabelSet.WithTarget("", scrape.Instance, job),
                value.ToString("R", CultureInfo.InvariantCulture)));
        }
    }

    private static Family Named(SortedDictionary<string, Family> merged, string name)
    {
        if (!merged.TryGetValue(name, out var family))
        {
            family = new Family(name);
            merged.Add(name, family);
        }

        return family;
    }
}
