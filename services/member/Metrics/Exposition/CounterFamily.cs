using System.Collections.Concurrent;
using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>Counters or gauges of one name, told apart by labels. Thread-safe.</summary>
internal sealed class CounterFamily : MetricFamily
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);
    private readonly string[] _labelNames;

    /// <summary>Creates a family.</summary>
    public CounterFamily(string name, string type, string help, params string[] labelNames)
        : base(name, type, help) => _labelNames = labelNames;

    /// <summary>The counter of some label values, made at its first use; keep it where it is used often.</summary>
    public Counter Of(params string[] labelValues) =>
        _counters.GetOrAdd(LabelSet.Format(_labelNames, labelValues), static _ => new Counter());

    /// <summary>Forgets the counter of some label values.</summary>
    public void Remove(params string[] labelValues) =>
        _counters.TryRemove(LabelSet.Format(_labelNames, labelValues), out _);

    /// <inheritdoc />
    public override void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, counter) in _counters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            WriteSample(text, Name, labels, counter.Value);
        }
    }
}
