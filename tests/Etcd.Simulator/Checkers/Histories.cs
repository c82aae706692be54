using Etcd.Simulator.World;

namespace Etcd.Simulator.Checkers;

/// <summary>What all clients saw, by key.</summary>
/// <param name="initial">Values at the beginning; 0 for keys that are not in it.</param>
internal sealed class Histories(IReadOnlyDictionary<string, long> initial)
{
    private readonly SortedDictionary<string, List<RegisterOperation>> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<RegisterOperation> _forgotten = new(ReferenceEqualityComparer.Instance);

    /// <summary>Keys whose check was given up.</summary>
    public int Undecided { get; private set; }

    public List<RegisterOperation> Of(string key)
    {
        if (!_byKey.TryGetValue(key, out List<RegisterOperation>? history))
        {
            _byKey.Add(key, history = []);
        }

        return history;
    }

    /// <summary>Takes out an operation that certainly did nothing.</summary>
    public void Forget(RegisterOperation operation) => _forgotten.Add(operation);

    public void Check()
    {
        foreach ((string key, List<RegisterOperation> all) in _byKey)
        {
            RegisterOperation[] history = [.. all.Where(operation => !_forgotten.Contains(operation))];
            Linearizability.Verdict verdict = Linearizability.Check(history, initial.GetValueOrDefault(key));
            Undecided += verdict == Linearizability.Verdict.Undecided ? 1 : 0;
            SimulationFailure.Unless(
                verdict != Linearizability.Verdict.Violated,
                "every key is linearizable",
                () => $"{key} with {history.Length} operations");
        }
    }
}
