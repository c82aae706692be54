using Etcd.Ports.Engine;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// Reads committed puts by revision: from the value cache, else from the engine. Many at once are taken from the rows
/// in the order in which these lie. Thread-safe.
/// </summary>
internal sealed class RowReader(IKvReader engine, ValueCache cache)
{
    // A walk over rows costs about a tenth of as many lookups, but a dozen lookups to begin.
    private const int LeastWalkedRows = 32;
    private const long LargestStep = 8;

    // What one request reads beyond this is hardly read again soon, and would push out what is.
    private const int MostCachedRows = 4096;

    /// <summary>The key-value of a put if the cache holds it. Never to be modified.</summary>
    public KeyValue? Find(Revision revision) => cache.Find(revision);

    /// <summary>The key-value of a put; null when its row is gone. Never to be modified.</summary>
    public KeyValue? Read(Revision revision) => cache.Find(revision) ?? ReadRow(revision, isCached: true);

    /// <summary>Reads rows that the cache did not hold.</summary>
    /// <param name="rows">Which; their order is changed.</param>
    /// <param name="values">Gets each key-value at the row's place.</param>
    /// <param name="keysOnly">True to leave out the values.</param>
    /// <returns>False when a row is gone.</returns>
    public bool Load(Span<MissingRow> rows, Span<KeyValue?> values, bool keysOnly)
    {
        if (rows.Length < LeastWalkedRows)
        {
            return LoadEach(rows, values, keysOnly, isCached: true);
        }

        bool isCached = rows.Length <= MostCachedRows;
        SortByRevision(rows);
        int start = 0;
        while (start < rows.Length)
        {
            int end = start + 1;
            while (end < rows.Length && rows[end].Revision.Main - rows[end - 1].Revision.Main <= LargestStep)
            {
                end++;
            }

            Span<MissingRow> near = rows[start..end];
            bool isComplete = near.Length < LeastWalkedRows
                ? LoadEach(near, values, keysOnly, isCached)
                : Walk(near, values, keysOnly, isCached);
            if (!isComplete)
            {
                return false;
            }

            start = end;
        }

        return true;
    }

    // Keys that were written in their order are read in it.
    private static void SortByRevision(Span<MissingRow> rows)
    {
        for (int i = 1; i < rows.Length; i++)
        {
            if (rows[i].Revision < rows[i - 1].Revision)
            {
                rows.Sort(static (left, right) => left.Revision.CompareTo(right.Revision));
                return;
            }
        }
    }

    private bool LoadEach(ReadOnlySpan<MissingRow> rows, Span<KeyValue?> values, bool keysOnly, bool isCached)
    {
        foreach (MissingRow row in rows)
        {
            if (ReadRow(row.Revision, isCached) is not { } value)
            {
                return false;
            }

            values[row.Place] = keysOnly ? KeyValueRow.WithoutValue(value) : value;
        }

        return true;
    }

    private bool Walk(ReadOnlySpan<MissingRow> rows, Span<KeyValue?> values, bool keysOnly, bool isCached)
    {
        Span<byte> from = stackalloc byte[RevisionKey.Length];
        Span<byte> to = stackalloc byte[RevisionKey.Length];
        Revision last = rows[^1].Revision;
        RevisionKey.Write(from, rows[0].Revision);
        RevisionKey.Write(to, last with { Sub = last.Sub + 1 });
        using IKvCursor cursor = engine.Scan(Bucket.Key, from, to);
        foreach (MissingRow row in rows)
        {
            if (!MoveTo(cursor, row.Revision))
            {
                return false;
            }

            if (keysOnly)
            {
                values[row.Place] = KeyValueRow.ParseWithoutValue(cursor.Value, row.Revision.Main);
                continue;
            }

            KeyValue value = KeyValueRow.ParseForAnswer(cursor.Value);
            values[row.Place] = value;
            if (isCached)
            {
                Keep(row.Revision, value);
            }
        }

        return true;
    }

    private static bool MoveTo(IKvCursor cursor, Revision revision)
    {
        while (cursor.MoveNext())
        {
            Revision at = RevisionKey.Read(cursor.Key);
            if (at >= revision)
            {
                return at == revision;
            }
        }

        return false;
    }

    private KeyValue? ReadRow(Revision revision, bool isCached)
    {
        Span<byte> key = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(key, revision);
        KeyValue? value = engine.Get(Bucket.Key, key, KeyValueRow.AnswerParser);
        if (isCached && value is not null)
        {
            Keep(revision, value);
        }

        return value;
    }

    // Large values belong to the answer that they are read for, and the engine's own cache has them: kept here too, for
    // so few reads each, they would only make the collector move and drop megabytes.
    private void Keep(Revision revision, KeyValue value)
    {
        if (value.Value.Length < LargeValue.LeastBytes)
        {
            cache.Add(revision, value);
        }
    }
}
