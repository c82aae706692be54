using Etcd.Node.Peers;
using Etcd.Raft;
using Etcd.Simulator.Faults;
using Etcd.Simulator.Members;
using Etcd.Testing;

namespace Etcd.Simulator.World;

/// <summary>Carries messages as bytes; delays, loses, repeats and reorders them, and cuts links in one direction.
/// </summary>
internal sealed class Network(Simulation simulation, Random random)
{
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private bool _faulty = true;

    public long Delivered { get; private set; }

    /// <summary>Ends loss, repetition and long delays.</summary>
    public void BecomePerfect()
    {
        _faulty = false;
        _cut.Clear();
    }

    public void Cut(ulong from, ulong to) => _cut.Add((from, to));

    public void Mend() => _cut.Clear();

    /// <summary>Sends a message; a MsgSnap with the state that it stands for.</summary>
    public void Send(Message message, InMemoryEngine? state = null)
    {
        Settings settings = simulation.Settings;
        byte[] bytes = RaftMessageCodec.Encode(message);
        bool lost = (state is not null && simulation.Buggify.At(RarePlace.LosesState, message.From))
            || _cut.Contains((message.From, message.To))
            || (_faulty && random.NextDouble() < settings.Loss);
        if (lost)
        {
            simulation.Trace.Add(TraceKind.Lose, message.From, (long)message.To, (long)message.Type);
            Report(message, delivered: false);
            return;
        }

        // Streams between members do not repeat what they carry, unless a bug sends it again; raft stands repetition
        // of everything but a forwarded proposal.
        bool repeatable = message.Type != MessageType.Proposal || simulation.Bug.RepeatsForwardedProposals;
        int copies = _faulty && repeatable && random.NextDouble() < settings.Duplication ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            simulation.Scheduler.After(Delay(), () => Deliver(message, bytes, state));
        }
    }

    /// <summary>Time that one message takes: mostly about the mean, sometimes much more.</summary>
    public long Delay()
    {
        double mean = _faulty ? simulation.Settings.Delay : Math.Min(simulation.Settings.Delay, 2_000);
        double factor = -Math.Log(1 - random.NextDouble());
        return 50 + (long)(mean * (_faulty && random.Next(100) == 0 ? factor * 20 : factor));
    }

    private void Deliver(Message message, byte[] bytes, InMemoryEngine? state)
    {
        SimMember? receiver = simulation.Find(message.To);
        if (receiver is null || !receiver.IsRunning || _cut.Contains((message.From, message.To)))
        {
            simulation.Trace.Add(TraceKind.Lose, message.From, (long)message.To, (long)message.Type);
            Report(message, delivered: false);
            return;
        }

        Delivered++;
        receiver.WhenAwake(() =>
        {
            simulation.Trace.Add(TraceKind.Deliver, message.To, (long)message.From, (long)message.Type);
            SimulationFailure.Unless(
                RaftMessageCodec.TryDecode(bytes, out Message decoded),
                "messages survive their codec",
                message.ToString);
            if (state is not null)
            {
                receiver.Received[decoded.Snapshot!.Metadata.Index] = state; // A MsgSnap has one.
            }

            receiver.Receive(decoded);
        });
        if (message.Type == MessageType.Snapshot)
        {
            Report(message, delivered: true);
        }
    }

    private void Report(Message message, bool delivered)
    {
        if (message.Type != MessageType.Snapshot && (delivered || random.Next(4) != 0))
        {
            return;
        }

        simulation.Scheduler.After(Delay(), () => simulation.Find(message.From)?.WhenAwake(() =>
            simulation.Find(message.From)!.ReportDelivery(message.To, message.Type, delivered))); // Found just before.
    }
}
