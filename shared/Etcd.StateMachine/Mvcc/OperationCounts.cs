namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// Operations on keys since the process started, counted as etcd counts them (<c>mvcc/metrics_txn.go</c>): every lookup
/// of a request is a range, those of comparisons and of previous values too; more than one operation under one lock is
/// a transaction. Thread-safe.
/// </summary>
public sealed class OperationCounts
{
    private long _ranges;
    private long _puts;
    private long _deletes;
    private long _transactions;
    private long _putBytes;
    private long _sweptRows;

    /// <summary>Ranges.</summary>
    public long Ranges => Interlocked.Read(ref _ranges);

    /// <summary>Puts.</summary>
    public long Puts => Interlocked.Read(ref _puts);

    /// <summary>Deletes of a key or an interval, whether or not there was a key.</summary>
    public long Deletes => Interlocked.Read(ref _deletes);

    /// <summary>Transactions of more than one operation.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    /// <summary>Bytes of the keys and values that were put.</summary>
    public long PutBytes => Interlocked.Read(ref _putBytes);

    /// <summary>Rows that compactions removed.</summary>
    public long SweptRows => Interlocked.Read(ref _sweptRows);

    /// <summary>Counts the operations of one transaction of the store.</summary>
    internal void Add(int ranges, int puts, int deletes, long putBytes)
    {
        if (ranges + puts + deletes > 1)
        {
            Interlocked.Increment(ref _transactions);
        }

        AddTo(ref _ranges, ranges);
        AddTo(ref _puts, puts);
        AddTo(ref _deletes, deletes);
        AddTo(ref _putBytes, putBytes);
    }

    /// <summary>Counts rows that a sweep removed.</summary>
    internal void AddSwept(int rows) => AddTo(ref _sweptRows, rows);

    private static void AddTo(ref long count, long amount)
    {
        if (amount != 0)
        {
            Interlocked.Add(ref count, amount);
        }
    }
}
