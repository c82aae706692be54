using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Etcd.StateMachine.Validation;

/// <summary>
/// Finds keys that one branch of a transaction would write twice, with etcd's order of looking (<c>checkIntervals</c>):
/// the deletes of a level count before everything else, nested transactions in their order, the level's own puts last.
/// So an earlier nested put and a later nested delete of its key pass. Stateless.
/// </summary>
internal static class TxnIntervals
{
    /// <summary>Null when no key is written twice.</summary>
    public static EtcdError? Check(RepeatedField<RequestOp> branch) =>
        WritesOnce(branch) || new Writes().Collect(branch) ? null : EtcdErrors.DuplicateKey;

    // Most transactions are of this kind, and the sets that the others need are larger than such a request.
    private static bool WritesOnce(RepeatedField<RequestOp> branch) =>
        branch.Count == 0
        || (branch.Count == 1 && branch[0].RequestCase != RequestOp.RequestOneofCase.RequestTxn);

    private sealed class Writes
    {
        private readonly HashSet<ByteString> _puts = [];
        private readonly IntervalSet _deletes = new();

        // False at the first key that is written twice.
        public bool Collect(RepeatedField<RequestOp> branch)
        {
            foreach (RequestOp op in branch)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestDeleteRange)
                {
                    _deletes.Add(op.RequestDeleteRange.Key, op.RequestDeleteRange.RangeEnd);
                }
            }

            foreach (RequestOp op in branch)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestTxn && !CollectNested(op.RequestTxn))
                {
                    return false;
                }
            }

            foreach (RequestOp op in branch)
            {
                if (op.RequestCase == RequestOp.RequestOneofCase.RequestPut && !AddPut(op.RequestPut.Key))
                {
                    return false;
                }
            }

            return true;
        }

        private bool CollectNested(TxnRequest nested)
        {
            var success = new Writes();
            var failure = new Writes();
            if (!success.Collect(nested.Success) || !failure.Collect(nested.Failure))
            {
                return false;
            }

            foreach (ByteString key in success._puts)
            {
                if (!AddPut(key))
                {
                    return false;
                }
            }

            // Only one of the two branches runs, so both may put a key.
            foreach (ByteString key in failure._puts)
            {
                if (!success._puts.Contains(key) && !AddPut(key))
                {
                    return false;
                }
            }

            _deletes.AddAll(success._deletes);
            _deletes.AddAll(failure._deletes);
            return true;
        }

        private bool AddPut(ByteString key) => !_deletes.Contains(key) && _puts.Add(key);
    }

    /// <summary>
    /// A union of intervals. As in etcd, an end of one zero byte is taken literally here, so a delete to the end of
    /// the key space covers nothing.
    /// </summary>
    private sealed class IntervalSet
    {
        private readonly HashSet<ByteString> _points = [];
        private readonly List<(ByteString From, ByteString To)> _ranges = [];
        private readonly List<(ByteString From, ByteString To)> _merged = [];
        private bool _isMerged = true;

        public void Add(ByteString key, ByteString rangeEnd)
        {
            if (rangeEnd.IsEmpty)
            {
                _points.Add(key);
            }
            else if (Compare(key, rangeEnd) < 0)
            {
                _ranges.Add((key, rangeEnd));
                _isMerged = false;
            }
        }

        public void AddAll(IntervalSet other)
        {
            _points.UnionWith(other._points);
            _ranges.AddRange(other._ranges);
            _isMerged &= other._ranges.Count == 0;
        }

        public bool Contains(ByteString key)
        {
            if (_points.Contains(key))
            {
                return true;
            }

            Merge();
            int low = 0;
            int high = _merged.Count;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (Compare(_merged[middle].To, key) <= 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low < _merged.Count && Compare(_merged[low].From, key) <= 0;
        }

        private void Merge()
        {
            if (_isMerged)
            {
                return;
            }

            _ranges.Sort(static (left, right) => Compare(left.From, right.From));
            _merged.Clear();
            foreach ((ByteString from, ByteString to) in _ranges)
            {
                if (_merged.Count > 0 && Compare(from, _merged[^1].To) <= 0)
                {
                    (ByteString first, ByteString last) = _merged[^1];
                    _merged[^1] = (first, Compare(last, to) < 0 ? to : last);
                }
                else
                {
                    _merged.Add((from, to));
                }
            }

            _isMerged = true;
        }

        private static int Compare(ByteString left, ByteString right) => left.Span.SequenceCompareTo(right.Span);
    }
}
