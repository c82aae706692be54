using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>Values that are asked for when they are scraped. Thread-safe when its callback is.</summary>
internal sealed class CallbackFamily : MetricFamily
{
    private readonly Func<IEnumerable<(string Labels, double Value)>> _read;

    /// <summary>Creates a family of one series without labels.</summary>
    public CallbackFamily(string name, string type, string help, Func<double> read)
        : this(name, type, help, () => [("", read())])
    {
    }

    /// <summary>Creates a family whose series are formatted labels with values.</summary>
    public CallbackFamily(
        string name, string type, string help, Func<IEnumerable<(string Labels, double Value)>> read)
        : base(name, type, help) => _read = read;

    /// <inheritdoc />
    public override void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, value) in _read())
        {
            WriteSample(text, Name, labels, value);
        }
    }
}
