using System.Collections.Concurrent;
using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>Histograms of one name, told apart by labels. Thread-safe.</summary>
internal sealed class HistogramFamily : MetricFamily
{
    private readonly ConcurrentDictionary<string, Histogram> _histograms = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<double> _bounds;
    private readonly string[] _boundLabels;
    private readonly string[] _labelNames;

    /// <summary>Creates a family.</summary>
    public HistogramFamily(string name, string help, IReadOnlyList<double> bounds, params string[] labelNames)
        : base(name, "histogram", help)
    {
        _bounds = bounds;
        _labelNames = labelNames;
        _boundLabels = [.. bounds.Select(GoFloat.Format), "+Inf"];
    }

    /// <summary>The histogram of some label values, made at its first use; keep it where it is used often.</summary>
    public Histogram Of(params string[] labelValues) => _histograms.GetOrAdd(
        LabelSet.Format(_labelNames, labelValues),
        static (_, bounds) => new Histogram(bounds),
        _bounds);

    /// <inheritdoc />
    public override void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, histogram) in _histograms.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var prefix = labels.Length > 0 ? labels + "," : "";
            long count = 0;
            for (var i = 0; i < _boundLabels.Length; i++)
            {
                count += histogram.CountOf(i);
                WriteSample(text, Name + "_bucket", $"{prefix}le=\"{_boundLabels[i]}\"", count);
            }

            WriteSample(text, Name + "_sum", labels, histogram.Sum);
            WriteSample(text, Name + "_count", labels, count);
        }
    }
}
