using System.Text;

namespace Etcd.Member.Metrics.Exposition;

/// <summary>All series of one name. Thread-safe.</summary>
internal abstract class MetricFamily
{
    /// <summary>Creates a family.</summary>
    /// <param name="name">Series name.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">What it measures.</param>
    protected MetricFamily(string name, string type, string help)
    {
        Name = name;
        Type = type;
        Help = help;
    }

    /// <summary>Series name.</summary>
    public string Name { get; }

    /// <summary>Prometheus type.</summary>
    public string Type { get; }

    /// <summary>What it measures.</summary>
    public string Help { get; }

    /// <summary>Writes the series, without head lines; nothing when there is none yet.</summary>
    public abstract void WriteSeries(StringBuilder text);

    /// <summary>Writes one sample line.</summary>
    protected static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(GoFloat.Format(value)).Append('\n');
    }
}
