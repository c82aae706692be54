namespace Etcd.Simulator.Checkers;

/// <summary>
/// Wing and Gong's search for a linearization of one register, with Lowe's memory of configurations that have been
/// tried. An operation without an answer may be put anywhere after its start, or nowhere.
/// </summary>
internal static class Linearizability
{
    /// <summary>What the search found.</summary>
    internal enum Verdict
    {
        Linearizable,
        Violated,

        /// <summary>The search was given up: too many operations overlapped.</summary>
        Undecided,
    }

    private const int MostSteps = 400_000;

    /// <param name="history">Operations, in any order.</param>
    /// <param name="initial">Value of the register before the first of them.</param>
    public static Verdict Check(IReadOnlyList<RegisterOperation> history, long initial = 0)
    {
        RegisterOperation[] operations = [.. Relevant(history).OrderBy(static operation => operation.Invoked)];
        if (operations.Length == 0)
        {
            return Verdict.Linearizable;
        }

        return new Search(operations).Run(initial);
    }

    /// <summary>Leaves out what constrains nothing: reads without an answer, and writes without one whose value nobody
    /// ever saw, because those can always be put at the end.</summary>
    private static IEnumerable<RegisterOperation> Relevant(IReadOnlyList<RegisterOperation> history)
    {
        HashSet<long> seen = [];
        foreach (RegisterOperation operation in history)
        {
            if (!operation.IsUnknown)
            {
                seen.Add(operation.Result);
            }

            if (operation.Kind == RegisterKind.CompareAndSwap && (operation.IsUnknown || operation.Succeeded))
            {
                seen.Add(operation.Expected);
            }
        }

        return history.Where(operation => !operation.IsUnknown
            || operation.Kind == RegisterKind.Delete
            || (operation.Kind != RegisterKind.Read && seen.Contains(operation.Argument)));
    }

    private sealed class Search(RegisterOperation[] operations)
    {
        private readonly HashSet<(long Value, string Done)> _tried = [];
        private readonly ulong[] _done = new ulong[(operations.Length + 63) / 64];
        private readonly Stack<(int Operation, long Before)> _path = new();
        private int _known = operations.Count(static operation => !operation.IsUnknown);
        private int _first;

        public Verdict Run(long initial)
        {
            long value = initial;
            int next = 0;
            for (int steps = 0; _known > 0; steps++)
            {
                if (steps > MostSteps)
                {
                    return Verdict.Undecided;
                }

                (int candidate, long after) = Candidate(next, value);
                if (candidate >= 0)
                {
                    Take(candidate, value);
                    value = after;
                    next = _first;
                    continue;
                }

                if (!_path.TryPop(out (int Operation, long Before) last))
                {
                    return Verdict.Violated;
                }

                Undo(last.Operation);
                value = last.Before;
                next = last.Operation + 1;
            }

            return Verdict.Linearizable;
        }

        /// <summary>The next operation from a position on that may come first among those left, and whose outcome has
        /// not been tried.</summary>
        private (int Operation, long After) Candidate(int from, long value)
        {
            long earliestReturn = long.MaxValue;
            for (int i = _first; i < operations.Length; i++)
            {
                if (IsDone(i))
                {
                    continue;
                }

                if (operations[i].Invoked > earliestReturn)
                {
                    break;
                }

                earliestReturn = Math.Min(earliestReturn, operations[i].Returned);
            }

            for (int i = Math.Max(from, _first); i < operations.Length && operations[i].Invoked <= earliestReturn; i++)
            {
                if (IsDone(i) || operations[i].Apply(value) is not { } after)
                {
                    continue;
                }

                Flip(i);
                bool isNew = _tried.Add((after, Key()));
                Flip(i);
                if (isNew)
                {
                    return (i, after);
                }
            }

            return (-1, 0);
        }

        private void Take(int operation, long before)
        {
            Flip(operation);
            _path.Push((operation, before));
            _known -= operations[operation].IsUnknown ? 0 : 1;
            MoveFirst();
        }

        private void Undo(int operation)
        {
            Flip(operation);
            _known += operations[operation].IsUnknown ? 0 : 1;
            _first = Math.Min(_first, operation);
        }

        private void MoveFirst()
        {
            while (_first < operations.Length && IsDone(_first))
            {
                _first++;
            }
        }

        private bool IsDone(int operation) => (_done[operation / 64] & (1UL << (operation % 64))) != 0;

        private void Flip(int operation) => _done[operation / 64] ^= 1UL << (operation % 64);

        // What lies before the first open operation is done in every configuration that starts there.
        private string Key()
        {
            int word = _first / 64;
            return string.Create(
                (_done.Length - word) * 4 + 2,
                (_done, word),
                static (span, state) =>
                {
                    (ulong[] done, int start) = state;
                    span[0] = (char)(start & 0xFFFF);
                    span[1] = (char)(start >> 16);
                    int at = 2;
                    for (int i = start; i < done.Length; i++)
                    {
                        for (int part = 0; part < 4; part++)
                        {
                            span[at++] = (char)((done[i] >> (16 * part)) & 0xFFFF);
                        }
                    }
                });
        }
    }
}
