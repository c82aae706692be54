using System.Text;

namespace Etcd.Metrics.Exposition;

/// <summary>Writes the Prometheus text format (0.0.4).</summary>
internal static class TextWriterFormat
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The families as UTF-8; those without series are left out.</summary>
    public static byte[] Write(IReadOnlyCollection<Family> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.Where(family => family.Samples.Count > 0))
        {
            if (family.Help is not null)
            {
                text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help).Append('\n');
            }

            if (family.Type is not null)
            {
                text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
            }

            foreach (var sample in family.Samples)
            {
                text.Append(sample.Name).Append('{').Append(sample.Labels).Append("} ");
                text.Append(sample.Value).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
