using System.Globalization;
using Etcd.Simulator.Checkers;
using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Simulator.Clients;

/// <summary>
/// Watches a range and goes on elsewhere when its member dies or by whim, from the first revision it has not seen.
/// Every event is compared with the model: none missing, none twice, in order, whole revisions, with the right previous
/// value.
/// </summary>
internal sealed class WatchClient(Simulation simulation, ulong id, int purpose)
{
    private readonly Random _random = simulation.Settings.Random(purpose);
    private string _from = string.Empty;
    private string? _to;
    private bool _wantsPrevious;
    private Connection? _connection;

    /// <summary>First revision of which nothing was received; 0 before the first answer.</summary>
    public long Next { get; private set; }

    public long Events { get; private set; }

    private Simulation Simulation => simulation;

    public void Begin()
    {
        int first = _random.Next(simulation.Settings.Keys);
        bool all = _random.Next(3) == 0;
        _from = all ? "a" : "k" + first.ToString("D2", CultureInfo.InvariantCulture);
        _to = all ? "z" : _random.Next(2) == 0 ? null : _from[..^1] + (char)(_from[^1] + 2);
        _wantsPrevious = _random.Next(2) == 0;
        simulation.Scheduler.After(_random.Next(500_000), Connect);
    }

    /// <summary>Starts over, with what comes next.</summary>
    public void Forget() => Next = 0;

    /// <summary>When all is quiet, everything must have come.</summary>
    public void CheckComplete() => Expect(simulation.Ledger.Model.Revision, "at the end");

    private void Connect()
    {
        if (_connection is not null)
        {
            return;
        }

        if (simulation.AnyRunning(_random) is not { } member)
        {
            simulation.Scheduler.After(100 * Scheduler.Millisecond, Connect);
            return;
        }

        WatchCreateRequest create = new()
        {
            Key = ByteString.CopyFromUtf8(_from),
            StartRevision = Next,
            PrevKv = _wantsPrevious,
            ProgressNotify = true,
        };
        create.RangeEnd = _to is null ? create.RangeEnd : ByteString.CopyFromUtf8(_to);
        Connection connection = new(this, member);
        _connection = connection;
        simulation.Trace.Add(TraceKind.WatchOpen, id, (long)member.Id, Next);
        member.WhenAwake(() => member.OpenStream(
            connection,
            new WatchRequest { CreateRequest = create },
            stream => connection.Stream = stream,
            connection.Lose));
        long patience = _random.Next(500, 8_000) * Scheduler.Millisecond;
        simulation.Scheduler.After(patience, () => connection.Leave());
    }

    private void Receive(Connection connection, WatchResponse response)
    {
        if (connection != _connection)
        {
            return;
        }

        if (response.Created)
        {
            Next = Next == 0 ? response.Header.Revision + 1 : Next;
            return;
        }

        if (response.Canceled)
        {
            Cancelled(connection, response);
            return;
        }

        simulation.Trace.Add(TraceKind.WatchEvents, id, response.Events.Count, response.Header.Revision);
        if (response.Events.Count == 0)
        {
            Expect(response.Header.Revision, "before a progress notification");
            Next = Math.Max(Next, response.Header.Revision + 1);
            return;
        }

        foreach (Event received in response.Events)
        {
            Events++;
            long revision = received.Kv.ModRevision;
            SimulationFailure.Unless(
                revision >= Next, "watch events come once and in order", () => $"{revision} came, {Next} was next");
        }

        CheckEvents(response);
        Next = response.Events[^1].Kv.ModRevision + 1;
    }

    private void Cancelled(Connection connection, WatchResponse response)
    {
        simulation.Trace.Add(TraceKind.WatchEnd, id, response.CompactRevision, Next, response.CancelReason);
        SimulationFailure.Unless(
            response.CompactRevision > Next && response.CompactRevision <= simulation.Ledger.Model.CompactRevision,
            "a watch ends only for a compaction of what it lacks",
            () => $"cancelled at {response.CompactRevision} for '{response.CancelReason}', next {Next}, "
                + $"compacted {simulation.Ledger.Model.CompactRevision}");
        Next = response.CompactRevision;
        connection.Drop();
    }

    private void CheckEvents(WatchResponse response)
    {
        List<ModelVersion> expected = Matching(Next, response.Events[^1].Kv.ModRevision);
        SimulationFailure.Unless(
            expected.Count == response.Events.Count,
            "watch events are complete",
            () => $"{response.Events.Count} events came for [{_from}, {_to}) from {Next} to "
                + $"{response.Events[^1].Kv.ModRevision}, the log has {expected.Count}");
        for (int i = 0; i < expected.Count; i++)
        {
            string wanted = Describe(expected[i]);
            string found = Describe(response.Events[i]);
            if (response.Events[i].PrevKv is null
                && expected[i].ModRevision - 1 < simulation.Ledger.Model.CompactRevision)
            {
                // What was before may be compacted by now.
                wanted = Describe(expected[i] with { Previous = null });
            }

            SimulationFailure.Unless(
                wanted == found, "watch events equal the log", () => $"'{found}' instead of '{wanted}'");
        }
    }

    private void Expect(long through, string when)
    {
        if (Next != 0 && through >= Next)
        {
            List<ModelVersion> missed = Matching(Next, through);
            SimulationFailure.Unless(
                missed.Count == 0,
                "no watch event is lost",
                () => $"{missed.Count} events from {missed[0].ModRevision} did not come {when} {through}");
        }
    }

    private List<ModelVersion> Matching(long first, long last)
    {
        List<ModelVersion> found = [];
        ModelStore model = simulation.Ledger.Model;
        for (int i = model.FirstEventOf(first); i < model.Events.Count && model.Events[i].ModRevision <= last; i++)
        {
            string key = model.Events[i].Key;
            bool inside = _to is null
                ? key == _from
                : string.CompareOrdinal(key, _from) >= 0 && string.CompareOrdinal(key, _to) < 0;
            if (inside)
            {
                found.Add(model.Events[i]);
            }
        }

        return found;
    }

    private string Describe(ModelVersion version)
    {
        string change = version.IsLive
            ? $"put {version.Key}={version.Value}/{version.CreateRevision}/{version.ModRevision}/{version.Version}"
            : $"delete {version.Key}/{version.ModRevision}";
        ModelVersion? old = _wantsPrevious ? version.Previous : null;
        return old is { IsLive: true } ? $"{change} was {old.Value}/{old.ModRevision}" : change;
    }

    private string Describe(Event received)
    {
        KeyValue kv = received.Kv;
        string key = kv.Key.ToStringUtf8();
        string change = received.Type == Event.Types.EventType.Put
            ? $"put {key}={kv.Value.ToStringUtf8()}/{kv.CreateRevision}/{kv.ModRevision}/{kv.Version}"
            : $"delete {key}/{kv.ModRevision}";
        bool has = received.PrevKv is { ModRevision: > 0 };
        return has ? $"{change} was {received.PrevKv!.Value.ToStringUtf8()}/{received.PrevKv.ModRevision}" : change;
    }

    /// <summary>One stream to one member, with the client's side of its flow control.</summary>
    private sealed class Connection(WatchClient client, SimMember member) : IWatchSink
    {
        private readonly Simulation _simulation = client.Simulation;
        private bool _ended;
        private long _lastArrival;

        public WatchStreamState? Stream { get; set; }

        public bool TrySend(in WatchMessage message)
        {
            if (_ended)
            {
                return true;
            }

            WatchResponse copy = message.ToResponse().Clone();
            int sizeBytes = message.SizeBytes;
            long now = _simulation.Scheduler.Now;
            _lastArrival = Math.Max(_lastArrival, now + client._random.Next(50, 5_000));
            _simulation.Scheduler.After(_lastArrival - now, () =>
            {
                if (_ended)
                {
                    return;
                }

                client.Receive(this, copy);
                member.WhenAwake(() =>
                {
                    if (!_ended && Stream is not null)
                    {
                        member.ReturnCredit(Stream, sizeBytes);
                    }
                });
            });
            return true;
        }

        /// <summary>The member died.</summary>
        public void Lose()
        {
            if (!_ended)
            {
                End();
            }
        }

        /// <summary>The client goes elsewhere.</summary>
        public void Leave()
        {
            // The last connection stays, to see the end, unless its member died before it saw the request.
            if (!_ended && (_simulation.ClientsRun || Stream is null))
            {
                Drop();
            }
        }

        /// <summary>Ends the stream; the client connects again.</summary>
        public void Drop()
        {
            WatchStreamState? stream = Stream;
            End();
            if (stream is not null)
            {
                member.WhenAwake(() => member.CloseStream(stream));
            }
        }

        private void End()
        {
            _ended = true;
            client._connection = null;
            _simulation.Scheduler.After(client._random.Next(1_000, 300_000), client.Connect);
        }
    }

}
