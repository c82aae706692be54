using System.Text;

namespace Etcd.Raft.Tests.Simulation;

/// <summary>Moving messages between members and their storage threads.</summary>
internal sealed partial class ClusterSimulation
{
    private void TakeReady(SimulatedMember member)
    {
        if (!member.Raft!.HasReady)
        {
            return;
        }

        Ready ready = member.Raft.TakeReady();
        foreach (ReadState read in ready.ReadStates)
        {
            _checks.ReadAnswered(Encoding.UTF8.GetString(read.Context.Span), read.Index);
        }

        foreach (Message message in ready.Messages)
        {
            if (RaftIds.IsLocalThread(message.To))
            {
                member.Enqueue(message);
            }
            else
            {
                _network.Add(message);
            }
        }
    }

    private void Deliver(SimulatedMember member, IReadOnlyList<Message> responses)
    {
        foreach (Message response in responses)
        {
            if (response.To == member.Id)
            {
                Assert.NotEqual(StepResult.Malformed, member.Raft!.Step(response));
            }
            else
            {
                _network.Add(response);
            }
        }
    }

    private void DeliverOne()
    {
        if (_network.Count == 0)
        {
            return;
        }

        // Mostly the oldest, sometimes any: reordering within reason, so that work gets done at all.
        int position = _random.Next(4) == 0 ? _random.Next(_network.Count) : 0;
        Message message = _network[position];
        _network.RemoveAt(position);
        bool lost = _random.NextDouble() < _dropRate || _cut.Contains((message.From, message.To));
        if (!lost && _random.NextDouble() < _repeatRate)
        {
            _network.Add(message);
        }

        Deliver(message, lost);
    }

    private void Deliver(Message message, bool lost)
    {
        SimulatedMember? sender = message.From <= MemberCount ? _members[(int)message.From - 1] : null;
        SimulatedMember receiver = _members[(int)message.To - 1];
        lost |= receiver.Raft is null;
        if (!lost)
        {
            Assert.NotEqual(StepResult.Malformed, receiver.Raft!.Step(message));
            _checks.Observe(receiver);
        }

        if (message.Type == MessageType.Snapshot)
        {
            sender?.Raft?.ReportSnapshot(message.To, ok: !lost);
        }
    }

    private void Restart(SimulatedMember member)
    {
        member.Start();
        _checks.Restarted(member);
    }

    private void Calm()
    {
        foreach (SimulatedMember member in _members)
        {
            member.Raft?.Tick();
        }

        for (bool moved = true; moved;)
        {
            moved = _network.Count > 0;
            Message[] messages = [.. _network];
            _network.Clear();
            foreach (Message message in messages)
            {
                Deliver(message, lost: false);
            }

            foreach (SimulatedMember member in _members)
            {
                moved |= Work(member);
            }
        }
    }

    private bool Work(SimulatedMember member)
    {
        if (member.Raft is null)
        {
            return false;
        }

        bool moved = member.Raft.HasReady;
        TakeReady(member);
        while (member.HasAppend)
        {
            Deliver(member, member.Write());
        }

        while (member.HasApply)
        {
            Deliver(member, member.Apply(_checks.Applied));
        }

        return moved;
    }
}
