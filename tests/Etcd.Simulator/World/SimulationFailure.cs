namespace Etcd.Simulator.World;

/// <summary>Something happened that must never happen.</summary>
/// <param name="invariant">Short name of the rule that was broken.</param>
/// <param name="details">The values that broke it.</param>
internal sealed class SimulationFailure(string invariant, string details) : Exception($"{invariant}: {details}")
{
    public string Invariant { get; } = invariant;

    /// <summary>Fails unless the condition holds.</summary>
    public static void Unless(bool condition, string invariant, Func<string> details)
    {
        if (!condition)
        {
            throw new SimulationFailure(invariant, details());
        }
    }
}
