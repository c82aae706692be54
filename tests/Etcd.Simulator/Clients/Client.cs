using System.Globalization;
using Etcd.Simulator.Checkers;
using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.Clients;

/// <summary>
/// One client: one request at a time, to any member, given up after a time-out. What it saw goes into the histories.
/// </summary>
internal sealed partial class Client(Simulation simulation, ulong id, int purpose)
{
    private readonly Random _random = simulation.Settings.Random(purpose);
    private readonly Dictionary<string, long> _lastSeen = [];
    private readonly long _timeout = simulation.Settings.Random(purpose + 50).Next(400, 3_000) * Scheduler.Millisecond;
    private long _call;

    /// <summary>Starts the endless row of requests.</summary>
    public void Begin() => simulation.Scheduler.After(_random.Next(1_000_000), Next);

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private static string ValueOf(long number) => "v" + number.ToString(CultureInfo.InvariantCulture);

    private static long NumberOf(string value) =>
        value.Length == 0 ? 0 : long.Parse(value.AsSpan(1), CultureInfo.InvariantCulture);

    private string Key() => "k" + _random.Next(simulation.Settings.Keys).ToString("D2", CultureInfo.InvariantCulture);

    private void Next()
    {
        if (!simulation.ClientsRun)
        {
            return;
        }

        if (simulation.AnyRunning(_random) is not { } member)
        {
            Again();
            return;
        }

        switch (_random.Next(100))
        {
            case < 30:
                Put(member);
                break;
            case < 52:
                Get(member);
                break;
            case < 60:
                GetSerializable(member);
                break;
            case < 67:
                GetAtRevision(member);
                break;
            case < 73:
                Delete(member, Key(), to: null);
                break;
            case < 75:
                string from = Key();
                Delete(member, from, to: from[..^1] + (char)(from[^1] + 3));
                break;
            case < 90:
                CompareAndSwap(member);
                break;
            case < 95:
                PutTwo(member);
                break;
            case < 97 when simulation.Settings.Compactions:
                Compact(member);
                break;
            case < 98:
                MoveLeader(member);
                break;
            default:
                Put(member);
                break;
        }
    }

    private void Again() => simulation.Scheduler.After(_random.Next(1_000, 60_000), Next);

    /// <summary>Starts a call: <paramref name="send"/> runs on the member, and gets what ends the call on its answer.
    /// </summary>
    private void Call(SimMember member, string what, Action<Action<Action>> send)
    {
        long call = ++_call;
        simulation.Trace.Add(TraceKind.Invoke, id, (long)member.Id, call, what);
        void End(Action handle)
        {
            simulation.Scheduler.After(Latency(), () =>
            {
                if (call != _call)
                {
                    return;
                }

                _call++;
                simulation.Trace.Add(TraceKind.Return, id, call);
                handle();
                Again();
            });
        }

        simulation.Scheduler.After(Latency(), () => member.WhenAwake(() => send(End)));
        simulation.Scheduler.After(_timeout, () =>
        {
            if (call == _call)
            {
                _call++;
                simulation.Trace.Add(TraceKind.TimedOut, id, call);
                simulation.Unknown++;
                Next();
            }
        });
    }

    private long Latency() => 50 + _random.Next(2_000);

    private RegisterOperation Record(string key, RegisterKind kind, long argument = 0, long expected = 0)
    {
        RegisterOperation operation = new(kind, simulation.Scheduler.Now, argument, expected);
        simulation.Histories.Of(key).Add(operation);
        return operation;
    }

    private void Returned(RegisterOperation operation, string key, long result, bool succeeded)
    {
        operation.Returned = simulation.Scheduler.Now;
        operation.Result = result;
        operation.Succeeded = succeeded;
        simulation.Answered++;
        if (operation.Kind is RegisterKind.Read || !succeeded)
        {
            _lastSeen[key] = result;
        }
        else
        {
            _lastSeen[key] = operation.Argument;
        }
    }

    private void Propose(
        SimMember member,
        string what,
        InternalRaftRequest request,
        RegisterOperation[] operations,
        Action<ApplyResult, RevisionFloor> returned)
    {
        RevisionFloor floor = simulation.Order.Floor;
        Call(member, what, end => member.Propose(request, result => end(() =>
        {
            if (result.Error is null)
            {
                returned(result, floor);
                return;
            }

            if (result.QuotaExceeded)
            {
                // It took effect, but for this member there is no more room.
                return;
            }

            // A refused request changes nothing.
            foreach (RegisterOperation operation in operations)
            {
                simulation.Histories.Forget(operation);
            }
        })));
    }
}
