namespace Etcd.Benchmarks.Scale;

/// <summary>How long a run of steps still takes: what each was thought to need, corrected by what those done took.</summary>
/// <param name="expectedSeconds">Of each step, in order.</param>
internal sealed class ScaleForecast(IReadOnlyList<double> expectedSeconds)
{
    private double _tookSeconds;
    private int _done;

    /// <summary>What is left, in seconds.</summary>
    public double LeftSeconds
    {
        get
        {
            double thought = expectedSeconds.Take(_done).Sum();
            double correction = thought > 0 ? _tookSeconds / thought : 1;
            return correction * expectedSeconds.Skip(_done).Sum();
        }
    }

    /// <summary>How far it is, in words.</summary>
    public string Announcement => FormattableString.Invariant(
        $"{_done} of {expectedSeconds.Count} steps done, about {Math.Ceiling(LeftSeconds / 60):N0} min left");

    /// <summary>The next step is done.</summary>
    public void StepDone(double seconds)
    {
        _tookSeconds += seconds;
        _done++;
    }
}
