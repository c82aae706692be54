using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.State;

/// <summary>
/// Random requests against <see cref="NaiveStore"/>: every answer, every event, ranges over all readable revisions,
/// and hashes must be equal, whatever the batch sizes, the progress of sweeps, crashes and restarts.
/// </summary>
public sealed class ModelTests
{
    private const int Steps = 400;

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_requests_equal_the_model(int seed) => new Run(seed).Go();

    [Fact]
    public void Same_entries_give_the_same_engine()
    {
        var generator = new RequestGenerator(new Random(7));
        var one = new StateHarness();
        var two = new StateHarness(options: new StateMachineOptions { ValueCacheBytes = 0 });
        for (int i = 0; i < 500; i++)
        {
            InternalRaftRequest request = generator.Next(one.View.Revision);
            one.Apply(request);
            two.ApplyOnly(request);
            if (i % 7 == 0)
            {
                two.Commit();
            }
        }

        two.Commit();
        one.SweepAll();
        two.SweepAll(3);

        Assert.Equal(BackendHash.Compute(one.Engine), BackendHash.Compute(two.Engine));
        Assert.Equal(one.View.HashKv(0).Result.Hash, two.View.HashKv(0).Result.Hash);
        Assert.Equal(one.Events.SelectMany(e => e.Events), two.Events.SelectMany(e => e.Events));
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly RequestGenerator _generator;
        private readonly NaiveStore _model = new();
        private readonly StateHarness _state;
        private readonly List<byte[]> _log = [];
        private readonly int _seed;
        private int _checkedRows;

        public Run(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _generator = new RequestGenerator(_random);
            long cacheBytes = _random.Next(3) switch { 0 => 0, 1 => 20_000, _ => 1 << 20 };
            _state = new StateHarness(options: new StateMachineOptions { ValueCacheBytes = cacheBytes });
        }

        public void Go()
        {
            for (int step = 0; step < Steps; step++)
            {
                InternalRaftRequest request = _generator.Next(_model.Revision);
                _log.Add(request.ToByteArray());
                ApplyResult actual = _state.ApplyOnly(request);
                (IMessage? response, EtcdError? error) = _model.Apply(request);
                Check(Equals(response, actual.Response) && ReferenceEquals(error, actual.Error), () =>
                    $"step {step}: {request}\nexpected {response} {error}\nactual {actual.Response} {actual.Error}");
                if (_random.Next(4) == 0)
                {
                    AfterCommit(step);
                }
            }
        }

        private void AfterCommit(int step)
        {
            _state.Commit();
            CheckEvents(step);
            if (_random.Next(3) == 0)
            {
                _state.State.StepCompaction(_random.Next(1, 8));
            }

            switch (_random.Next(12))
            {
                case 0:
                    _state.Engine.Flush();
                    break;
                case 1:
                    Crash();
                    break;
                default:
                    break;
            }

            for (int i = 0; i < 8; i++)
            {
                CheckRange(step);
            }

            CheckHash(step);
            CheckHistory(step);
        }

        // What survives is some committed state; the log brings back the rest.
        private void Crash()
        {
            _state.Reopen(_state.Engine.Crash(_random.Next(_state.Engine.UnflushedBatches + 1)));
            while (_state.State.AppliedIndex < (ulong)_log.Count)
            {
                _state.State.Apply(new CommittedEntry(
                    CommittedEntryKind.Normal, 3, _state.State.AppliedIndex + 1, _log[(int)_state.State.AppliedIndex]));
                if (_random.Next(5) == 0)
                {
                    _state.State.Commit();
                    _state.State.StepCompaction(_random.Next(1, 8));
                }
            }

            _state.State.Commit();
        }

        private void CheckEvents(int step)
        {
            Event[] expected = [.. _model.Rows.Skip(_checkedRows).Select(ToEvent)];
            Event[] actual = [.. _state.Events.SelectMany(events => events.Events)];
            Check(expected.SequenceEqual(actual), () => $"step {step}: events differ");
            _checkedRows = _model.Rows.Count;
            _state.Events.Clear();
        }

        private void CheckRange(int step)
        {
            RangeRequest request = _generator.Range(_model.Revision);
            (RangeResponse? response, EtcdError? error) = _model.Range(request);
            (RangeResponse? actual, EtcdError? actualError) = _state.View.Range(request);
            Check(Equals(response, actual) && ReferenceEquals(error, actualError), () =>
                $"step {step}: {request}\nexpected {response} {error}\nactual {actual} {actualError}");
        }

        private void CheckHash(int step)
        {
            long revision = _random.Next(2) == 0
                ? _model.Revision
                : _random.NextInt64(Math.Max(1, _model.CompactRevision), _model.Revision + 1);
            (HashKvResult result, EtcdError? error) = _state.View.HashKv(revision);
            bool isStored = result.CompactRevision != _model.CompactRevision;
            uint expected = _model.Hash(revision, result.CompactRevision, countsTombstones: isStored);
            Check(error is null && expected == result.Hash, () =>
                $"step {step}: hash at {revision}, compacted {result.CompactRevision}: {expected} is {result.Hash}");
        }

        private void CheckHistory(int step)
        {
            long from = _random.NextInt64(Math.Max(1, _model.CompactRevision + 1), _model.Revision + 2);
            Event[] expected = [.. _model.Rows.Where(row => row.Revision.Main >= from).Select(ToEvent)];
            var actual = new List<Event>();
            for (long next = from; next <= _model.Revision;)
            {
                (IReadOnlyList<RevisionEvents>? events, EtcdError? error) =
                    _state.View.ReadEvents(next, _random.Next(1, 5), _random.Next(1, 500), out next);
                Check(error is null, () => $"step {step}: history from {from}: {error}");
                actual.AddRange(events!.SelectMany(revision => revision.Events));
            }

            Check(expected.SequenceEqual(actual), () => $"step {step}: history from {from} differs");
        }

        private static Event ToEvent((Revision Revision, bool IsTombstone, KeyValue Row) row) => new()
        {
            Type = row.IsTombstone ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
            Kv = row.Row,
        };

        private void Check(bool condition, Func<string> message) =>
            Assert.True(condition, condition ? null : $"seed {_seed}, {message()}");
    }
}
