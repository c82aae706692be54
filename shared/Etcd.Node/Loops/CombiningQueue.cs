using System.Runtime.ExceptionServices;

namespace Etcd.Node.Loops;

/// <summary>
/// A bounded queue whose items are worked off by one thread at a time, in order: by whoever hands one in while nobody
/// works (flat combining), so that an item needs no other thread to wake up for it. What is handed in meanwhile is
/// done by the thread that works already. A thread of the queue's own takes over from one that has lent itself long
/// enough. Thread-safe.
/// </summary>
/// <remarks>
/// The work may hand in items itself; on a lent thread it must not block. It sees everything that earlier work wrote, whichever thread
/// did that. Nobody ever waits for the thread that works, so handing in under a lock is safe as long as the work takes
/// that lock for short moments only.
/// </remarks>
internal sealed class CombiningQueue<T>
{
    private readonly object _gate = new();
    private readonly int _capacity;
    private readonly int _lentBatches;
    private readonly Action<List<T>> _work;
    private List<T> _filling = new(capacity: 64);
    private List<T> _draining = new(capacity: 64);
    private ExceptionDispatchInfo? _failure;
    private bool _closed;

    // The queue's own thread works first, before anything was handed in.
    private bool _working = true;
    private bool _handedOver = true;

    /// <param name="capacity">Items that <see cref="TryAdd"/> lets wait; what must not be lost ignores it.</param>
    /// <param name="lentBatches">Batches after which a lent thread is released.</param>
    /// <param name="work">Takes everything that waits, in order; the list is the queue's again afterwards.</param>
    public CombiningQueue(int capacity, int lentBatches, Action<List<T>> work)
    {
        _capacity = capacity;
        _lentBatches = lentBatches;
        _work = work;
    }

    /// <summary>Adds an item that must not be lost: answers of the node's own threads, whose number is bounded by
    /// what those threads were given. False only after <see cref="Close"/>.</summary>
    public bool Add(T item) => Add(item, int.MaxValue);

    /// <summary>Adds an item unless the queue is full or closed.</summary>
    public bool TryAdd(T item) => Add(item, _capacity);

    /// <summary>Lends this thread for what waits, unless another one is at it. An added item waits for this call or
    /// <see cref="Wake"/>.</summary>
    public void Work()
    {
        lock (_gate)
        {
            if (_working || _filling.Count == 0)
            {
                return;
            }

            _working = true;
        }

        WorkOff(_lentBatches);
    }

    /// <summary>Lets the queue's own thread do what waits, unless another one is at it.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (!_working && _filling.Count > 0)
            {
                HandOver();
            }
        }
    }

    /// <summary>Keeps everybody from working until <see cref="Exit"/>, so that the caller may use what the work uses. Of
    /// no use for long: what is handed in meanwhile waits.</summary>
    /// <returns>False when somebody works, or the queue is closed.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_working || _closed)
            {
                return false;
            }

            _working = true;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    public void Exit()
    {
        lock (_gate)
        {
            if (_filling.Count > 0)
            {
                HandOver();
                return;
            }

            _working = false;
            if (_closed)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Refuses further items; <see cref="Run"/> ends once the rest is done.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The body of the queue's own thread: begins with a batch of nothing, then works when it is woken and
    /// where lent threads stop. Returns once the queue is closed and empty; throws what the work threw on any thread.
    /// </summary>
    public void Run()
    {
        while (TakeOver())
        {
            WorkOff(int.MaxValue);
        }

        _failure?.Throw();
    }

    /// <summary>What nobody will work off, after <see cref="Run"/>.</summary>
    public IReadOnlyList<T> Rest => _filling;

    /// <summary>Waits until this thread is to work; false when all is done or the work failed.</summary>
    private bool TakeOver()
    {
        lock (_gate)
        {
            while (!_handedOver && !(_closed && !_working))
            {
                Monitor.Wait(_gate);
            }

            _handedOver = false;
            _working = _failure is null && (_working || _filling.Count > 0);
            return _working;
        }
    }

    /// <summary>Works until nothing waits, or hands the rest over to the queue's own thread.</summary>
    private void WorkOff(int batches)
    {
        try
        {
            for (int i = 0; TakeBatch(isFirst: i == 0, isLast: i == batches); i++)
            {
                _work(_draining);
                _draining.Clear();
            }
        }
        catch (Exception error)
        {
            // The thread may be anybody's; the queue's own one tells the node.
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(error);
                _closed = true;
                HandOver();
            }
        }
    }

    private bool TakeBatch(bool isFirst, bool isLast)
    {
        lock (_gate)
        {
            if (_filling.Count == 0 && !isFirst)
            {
                _working = false;
                if (_closed)
                {
                    Monitor.PulseAll(_gate);
                }

                return false;
            }

            if (isLast)
            {
                HandOver();
                return false;
            }

            (_filling, _draining) = (_draining, _filling);
            return true;
        }
    }

    private void HandOver()
    {
        _working = true;
        _handedOver = true;
        Monitor.PulseAll(_gate);
    }

    private bool Add(T item, int capacity)
    {
        lock (_gate)
        {
            if (_closed || _filling.Count >= capacity)
            {
                return false;
            }

            _filling.Add(item);
            return true;
        }
    }
}
