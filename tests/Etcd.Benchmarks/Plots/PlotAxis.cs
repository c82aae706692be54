namespace Etcd.Benchmarks.Plots;

/// <summary>Maps values to places between 0 and 1, linear from 0 or by powers of ten. Immutable.</summary>
internal sealed class PlotAxis
{
    // From this ratio of the largest value to the smallest one a linear axis would press the small ones together.
    private const double RatioForLogarithm = 10;
    private const int LinearTicks = 5;

    private readonly double _low;
    private readonly double _high;

    private PlotAxis(bool isLogarithmic, double low, double high, IReadOnlyList<double> ticks)
    {
        IsLogarithmic = isLogarithmic;
        _low = low;
        _high = high;
        Ticks = ticks;
    }

    public bool IsLogarithmic { get; }

    /// <summary>Where lines and numbers go, ascending.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>The axis that suits values.</summary>
    /// <param name="values">At least one; all above 0.</param>
    public static PlotAxis For(IReadOnlyCollection<double> values) =>
        values.Max() / values.Min() >= RatioForLogarithm ? Logarithmic(values) : Linear(values.Max());

    /// <summary>An axis whose ticks are the values themselves, evenly spaced by their logarithm.</summary>
    /// <param name="values">At least one; all above 0, ascending.</param>
    public static PlotAxis Of(IReadOnlyList<double> values) => new(isLogarithmic: true, values[0], values[^1], values);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high one.</summary>
    public double Place(double value) => _low == _high ? 0.5
        : IsLogarithmic ? Math.Log(value / _low) / Math.Log(_high / _low)
        : (value - _low) / (_high - _low);

    private static PlotAxis Logarithmic(IReadOnlyCollection<double> values)
    {
        int from = (int)Math.Floor(Math.Log10(values.Min()) + 1e-9);
        int to = (int)Math.Ceiling(Math.Log10(values.Max()) - 1e-9);
        double[] ticks = [.. Enumerable.Range(from, to - from + 1).Select(static power => Math.Pow(10, power))];
        return new PlotAxis(isLogarithmic: true, ticks[0], ticks[^1], ticks);
    }

    private static PlotAxis Linear(double largest)
    {
        double raw = largest / LinearTicks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * (raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        int count = (int)Math.Ceiling((largest / step) - 1e-9);
        return new PlotAxis(isLogarithmic: false, 0, count * step, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
    }
}
