using System.Globalization;

namespace Etcd.Benchmarks.Plots;

/// <summary>Numbers in few characters.</summary>
internal static class PlotText
{
    private static readonly string[] Decimal = ["", " k", " M", " G"];
    private static readonly string[] Binary = [" B", " KiB", " MiB", " GiB"];
    private static readonly string[] Memory = [" B", " kB", " MB", " GB"];
    private static readonly string[] Times = [" µs", " ms", " s"];

    /// <summary>A number with three digits at most and its unit.</summary>
    public static string Of(double value, PlotUnit unit) => unit switch
    {
        PlotUnit.Bytes => Scaled(value, 1024, Binary),
        PlotUnit.Memory => Scaled(value, 1000, Memory),
        PlotUnit.Microseconds => Scaled(value, 1000, Times),
        PlotUnit.PerSecond => Scaled(value, 1000, Decimal) + "/s",
        _ => Scaled(value, 1000, Decimal),
    };

    private static string Scaled(double value, double factor, string[] names)
    {
        int name = 0;
        for (; name < names.Length - 1 && Math.Abs(value) >= factor; name++)
        {
            value /= factor;
        }

        string format = value is >= 100 or 0 ? "0" : value >= 10 ? "0.#" : "0.##";
        return value.ToString(format, CultureInfo.InvariantCulture) + names[name];
    }
}
