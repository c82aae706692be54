using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Mvccpb;
using CompareResult = Etcdserverpb.Compare.Types.CompareResult;
using CompareTarget = Etcdserverpb.Compare.Types.CompareTarget;

namespace Etcd.StateMachine.Txn;

/// <summary>
/// Evaluates the comparisons of a transaction. With an interval every key must satisfy the comparison; without any
/// key it is made once against zeros, but a comparison of values fails then, whatever its operator. Stateless.
/// </summary>
internal static class TxnCompare
{
    /// <summary>True when all comparisons hold; of an empty list too.</summary>
    /// <param name="context">What is compared with.</param>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="swept">Set when a value is missing because the context is behind a compaction.</param>
    /// <param name="made">Counts the comparisons made: those behind the first that fails are not.</param>
    public static bool All(IReadContext context, IList<Compare> comparisons, ref bool swept, ref int made)
    {
        for (int i = 0; i < comparisons.Count; i++)
        {
            made++;
            if (!Holds(context, comparisons[i], ref swept))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(IReadContext context, Compare comparison, ref bool swept)
    {
        KeyInterval interval = KeyInterval.Of(comparison.Key, comparison.RangeEnd);
        var visitor = new Visitor(context, comparison);
        if (!interval.IsSingle)
        {
            IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref visitor);
        }
        else if (IndexReader.Find(context.Root, interval.From) is { } history)
        {
            visitor.Visit(history);
        }

        swept |= visitor.IsSwept;
        return visitor.HasKeys
            ? !visitor.HasFailed
            : comparison.Target != CompareTarget.Value && Matches(comparison.Result, CompareWithNothing(comparison));
    }

    // Reading a member of the union that is not set gives zero, as etcd takes it.
    private static int CompareWithNothing(Compare comparison) => comparison.Target switch
    {
        CompareTarget.Version => 0L.CompareTo(comparison.Version),
        CompareTarget.Create => 0L.CompareTo(comparison.CreateRevision),
        CompareTarget.Mod => 0L.CompareTo(comparison.ModRevision),
        CompareTarget.Lease => 0L.CompareTo(comparison.Lease),
        _ => 0,
    };

    private static bool Matches(CompareResult wanted, int order) => wanted switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.NotEqual => order != 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => true,
    };

    private struct Visitor(IReadContext context, Compare comparison) : IIndexVisitor
    {
        public bool HasKeys { get; private set; }

        public bool HasFailed { get; private set; }

        public bool IsSwept { get; private set; }

        public bool Visit(KeyHistory history)
        {
            if (!history.TryGet(context.ReadRevision, out Revision modified, out long created, out long version))
            {
                return true;
            }

            HasKeys = true;
            int order;
            switch (comparison.Target)
            {
                case CompareTarget.Version:
                    order = version.CompareTo(comparison.Version);
                    break;
                case CompareTarget.Create:
                    order = created.CompareTo(comparison.CreateRevision);
                    break;
                case CompareTarget.Mod:
                    order = modified.Main.CompareTo(comparison.ModRevision);
                    break;
                case CompareTarget.Value or CompareTarget.Lease:
                    if (context.Read(modified) is not { } value)
                    {
                        IsSwept = true;
                        return false;
                    }

                    order = CompareRow(value);
                    break;
                default:
                    order = 0;
                    break;
            }

            HasFailed = !Matches(comparison.Result, order);
            return !HasFailed;
        }

        private readonly int CompareRow(KeyValue value) => comparison.Target == CompareTarget.Lease
            ? value.Lease.CompareTo(comparison.Lease)
            : value.Value.Span.SequenceCompareTo(comparison.Value.Span);
    }
}
