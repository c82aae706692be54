namespace Etcd.StateMachine.Mvcc;

/// <summary>The revisions of one key, oldest first, as they were at one moment. Immutable.</summary>
/// <param name="older">All but the newest, and perhaps others behind them; null when there are none.</param>
/// <param name="olderCount">Their number.</param>
/// <param name="last">The newest one.</param>
internal readonly struct RevisionList(Revision[]? older, int olderCount, Revision last)
{
    /// <summary>Number of revisions, from 1.</summary>
    public int Count => olderCount + 1;

    /// <summary>The newest revision.</summary>
    public Revision Last => last;

    /// <summary>The revision at a position from 0.</summary>
    public Revision this[int position] => position == olderCount ? last : older![position];

    /// <summary>Position of the newest revision at or below a main revision within [<paramref name="start"/>,
    /// <paramref name="end"/>); <paramref name="start"/> - 1 when there is none.</summary>
    public int NewestAtOrBelow(long atMain, int start, int end)
    {
        int low = start;
        int high = end;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            if (this[middle].Main <= atMain)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
