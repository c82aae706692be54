using Etcd.Simulator.Checkers;

namespace Etcd.Simulator.Tests;

public sealed class LinearizabilityTests
{
    private readonly List<RegisterOperation> _history = [];

    [Fact]
    public void Read_of_a_finished_write_passes()
    {
        Write(1, from: 0, to: 10);
        Read(1, from: 11, to: 12);

        Assert.Equal(Linearizability.Verdict.Linearizable, Linearizability.Check(_history));
    }

    [Fact]
    public void Stale_read_fails()
    {
        Write(1, from: 0, to: 10);
        Write(2, from: 20, to: 30);
        Read(1, from: 40, to: 50);

        Assert.Equal(Linearizability.Verdict.Violated, Linearizability.Check(_history));
    }

    [Fact]
    public void Reads_during_a_write_may_see_either_value_but_never_go_back()
    {
        Write(1, from: 0, to: 10);
        Write(2, from: 20, to: 100);
        Read(2, from: 30, to: 40);
        Assert.Equal(Linearizability.Verdict.Linearizable, Linearizability.Check(_history));

        Read(1, from: 50, to: 60);

        Assert.Equal(Linearizability.Verdict.Violated, Linearizability.Check(_history));
    }

    [Fact]
    public void Write_without_an_answer_may_take_effect_late_but_not_twice()
    {
        Write(1, from: 0, to: 10);
        Write(2, from: 20, to: long.MaxValue);
        Read(1, from: 30, to: 40);
        Read(2, from: 50, to: 60);
        Assert.Equal(Linearizability.Verdict.Linearizable, Linearizability.Check(_history));

        Write(3, from: 70, to: 80);
        Read(2, from: 90, to: 100);

        Assert.Equal(Linearizability.Verdict.Violated, Linearizability.Check(_history));
    }

    [Fact]
    public void Two_swaps_from_one_value_cannot_both_succeed()
    {
        Write(1, from: 0, to: 10);
        Swap(1, 2, succeeded: true, from: 20, to: 60);
        Assert.Equal(Linearizability.Verdict.Linearizable, Linearizability.Check(_history));

        Swap(1, 3, succeeded: true, from: 30, to: 50);

        Assert.Equal(Linearizability.Verdict.Violated, Linearizability.Check(_history));
    }

    [Fact]
    public void Long_overlapping_history_is_decided()
    {
        for (int i = 1; i <= 300; i++)
        {
            Write(i, from: i * 10, to: (i * 10) + 35);
            Read(i, from: (i * 10) + 31, to: (i * 10) + 39);
        }

        Assert.NotEqual(Linearizability.Verdict.Undecided, Linearizability.Check(_history));
    }

    private void Write(long value, long from, long to) =>
        _history.Add(new RegisterOperation(RegisterKind.Write, from, value, 0) { Returned = to });

    private void Read(long value, long from, long to) =>
        _history.Add(new RegisterOperation(RegisterKind.Read, from, 0, 0) { Returned = to, Result = value });

    private void Swap(long expected, long value, bool succeeded, long from, long to) => _history.Add(
        new RegisterOperation(RegisterKind.CompareAndSwap, from, value, expected)
        {
            Returned = to,
            Succeeded = succeeded,
        });
}
