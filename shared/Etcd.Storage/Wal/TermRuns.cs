namespace Etcd.Storage.Wal;

/// <summary>
/// The terms of the log's entries, as runs of equal terms: few, because a term changes only with an election.
/// Owned by one thread.
/// </summary>
internal sealed class TermRuns
{
    // First index and term of each run, ascending.
    private readonly List<(ulong FirstIndex, ulong Term)> _runs = [];

    /// <param name="baseIndex">Index before the first entry known here.</param>
    public TermRuns(ulong baseIndex) => (BaseIndex, LastIndex) = (baseIndex, baseIndex);

    /// <summary>Index before the first known entry.</summary>
    public ulong BaseIndex { get; private set; }

    /// <summary>Last index of the log.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>Adds an entry; one at or before the last index replaces it and everything after it.</summary>
    /// <returns>False when the entry would leave a gap.</returns>
    public bool TryAppend(ulong index, ulong term)
    {
        if (index == 0 || index > LastIndex + 1)
        {
            return false;
        }

        while (_runs.Count > 0 && _runs[^1].FirstIndex >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }

        if (_runs.Count == 0 || _runs[^1].Term != term)
        {
            _runs.Add((index, term));
        }

        BaseIndex = Math.Min(BaseIndex, index - 1);
        LastIndex = index;
        return true;
    }

    /// <summary>
    /// Takes note of a marker. When the log has no entry of that index and term, a snapshot replaced the log, and
    /// everything in it is void: entries behind the marker belong to a history that was not kept.
    /// </summary>
    /// <returns>True when the log was replaced.</returns>
    public bool ApplyMarker(ulong index, ulong term)
    {
        if (index <= BaseIndex || TermAt(index) == term)
        {
            return false;
        }

        _runs.Clear();
        BaseIndex = index;
        LastIndex = index;
        return true;
    }

    /// <summary>Forgets the entries at or below an index.</summary>
    public void ReleaseThrough(ulong index)
    {
        if (index <= BaseIndex || index > LastIndex)
        {
            return;
        }

        while (_runs.Count > 1 && _runs[1].FirstIndex <= index)
        {
            _runs.RemoveAt(0);
        }

        BaseIndex = index;
    }

    private ulong? TermAt(ulong index)
    {
        if (index <= BaseIndex || index > LastIndex)
        {
            return null;
        }

        var run = _runs.FindLastIndex(candidate => candidate.FirstIndex <= index);
        return run < 0 ? null : _runs[run].Term;
    }
}
