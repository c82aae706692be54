using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>
/// All metric families of the process, written in Prometheus' text format 0.0.4. Families are added at start;
/// after that it is thread-safe.
/// </summary>
internal sealed class MetricRegistry
{
    private readonly SortedList<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>A counter without labels.</summary>
    public Counter Counter(string name, string help) => Counters(name, help).Of();

    /// <summary>A gauge without labels.</summary>
    public Counter Gauge(string name, string help) => Gauges(name, help).Of();

    /// <summary>A histogram without labels.</summary>
    public Histogram Histogram(string name, string help, IReadOnlyList<double> bounds) =>
        Histograms(name, help, bounds).Of();

    /// <summary>Counters with labels.</summary>
    public CounterFamily Counters(string name, string help, params string[] labels) =>
        Add(new CounterFamily(name, "counter", help, labels));

    /// <summary>Gauges with labels.</summary>
    public CounterFamily Gauges(string name, string help, params string[] labels) =>
        Add(new CounterFamily(name, "gauge", help, labels));

    /// <summary>Histograms with labels.</summary>
    public HistogramFamily Histograms(string name, string help, IReadOnlyList<double> bounds, params string[] labels) =>
        Add(new HistogramFamily(name, help, bounds, labels));

    /// <summary>A counter that is read when it is scraped.</summary>
    public void CounterFrom(string name, string help, Func<double> read) =>
        Add(new CallbackFamily(name, "counter", help, read));

    /// <summary>A gauge that is read when it is scraped.</summary>
    public void GaugeFrom(string name, string help, Func<double> read) =>
        Add(new CallbackFamily(name, "gauge", help, read));

    /// <summary>Gauges with labels that are read when they are scraped.</summary>
    public void GaugesFrom(string name, string help, Func<IEnumerable<(string Labels, double Value)>> read) =>
        Add(new CallbackFamily(name, "gauge", help, read));

    /// <summary>Everything as text; families without a series are left out.</summary>
    public string Write()
    {
        MetricFamily[] families;
        lock (_gate)
        {
            families = [.. _families.Values];
        }

        var text = new StringBuilder(256 * 1024);
        var series = new StringBuilder();
        foreach (var family in families)
        {
            series.Clear();
            family.WriteSeries(series);
            if (series.Length == 0)
            {
                continue;
            }

            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help).Append('\n')
                .Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n')
                .Append(series);
        }

        return text.ToString();
    }

    private TFamily Add<TFamily>(TFamily family)
        where TFamily : MetricFamily
    {
        lock (_gate)
        {
            _families.Add(family.Name, family);
        }

        return family;
    }
}
