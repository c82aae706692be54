namespace Etcd.Raft.Tests.Running;

/// <summary>Moving messages between members and their storage threads.</summary>
internal sealed partial class ScenarioRunner
{
    private void ProcessReady(ulong id)
    {
        Ready ready = Node(id).TakeReady();
        if (ready.SoftState is SoftState softState)
        {
            Print(Describe.Of(softState));
        }

        foreach (ReadState read in ready.ReadStates)
        {
            Print($"read index {read.Index} for \"{System.Text.Encoding.UTF8.GetString(read.Context.Span)}\"");
        }

        foreach (Message message in ready.Messages)
        {
            Print(Describe.Of(message, Payload));
            switch (message.To)
            {
                case RaftIds.LocalAppendThread:
                    _nodes[id].AppendWork.Enqueue(message);
                    break;
                case RaftIds.LocalApplyThread:
                    _nodes[id].ApplyWork.Enqueue(message);
                    break;
                default:
                    _network.Add(message);
                    break;
            }
        }
    }

    private void ProcessAppend(ulong id)
    {
        if (_nodes[id].AppendWork.TryDequeue(out Message? message))
        {
            _nodes[id].Write(message);
            Respond(message);
        }
        else
        {
            Print("nothing to write");
        }
    }

    private void ProcessApply(ulong id)
    {
        if (_nodes[id].ApplyWork.TryDequeue(out Message? message))
        {
            foreach (Entry entry in message.Entries)
            {
                Print("applying " + Describe.Of(entry, Payload));
            }

            _nodes[id].Apply(message);
            Respond(message);
        }
        else
        {
            Print("nothing to apply");
        }
    }

    private void Respond(Message message)
    {
        foreach (Message response in message.Responses)
        {
            if (response.Type != MessageType.StorageApplyResponse)
            {
                Print(Describe.Of(response, Payload));
            }

            _network.Add(response);
        }
    }

    private void Deliver(ScenarioCommand command)
    {
        MessageType? type = command.Option("type") is string name ? Enum.Parse<MessageType>(name) : null;
        foreach (ulong id in command.Ids)
        {
            DeliverTo(id, type, drop: false);
        }

        foreach (ulong id in command.IdsOption("drop"))
        {
            DeliverTo(id, type, drop: true);
        }
    }

    private void DeliverTo(ulong id, MessageType? type, bool drop)
    {
        bool Selected(Message message) => message.To == id && (type is null || message.Type == type);

        List<Message> taken = _network.FindAll(Selected);
        _network.RemoveAll(Selected);
        foreach (Message message in taken)
        {
            if (message.Type != MessageType.StorageApplyResponse)
            {
                Print((drop ? "dropped: " : "") + Describe.Of(message, Payload));
            }

            if (!drop && Node(id).Step(message) is StepResult result and not StepResult.Accepted)
            {
                Print(result.ToString());
            }
        }
    }

    private void Stabilize(ulong[] ids)
    {
        ulong[] members = ids.Length == 0 ? [.. _nodes.Keys] : ids;
        for (bool moved = true; moved;)
        {
            moved = false;
            foreach (ulong id in members)
            {
                moved |= When(id, Node(id).HasReady, "ready", () => ProcessReady(id));
            }

            foreach (ulong id in members)
            {
                bool waits = _network.Exists(message => message.To == id);
                moved |= When(id, waits, "receives", () => DeliverTo(id, type: null, drop: false));
            }

            foreach (ulong id in members)
            {
                moved |= When(id, _nodes[id].AppendWork.Count > 0, "writes", () => ProcessAppend(id));
            }

            foreach (ulong id in members)
            {
                moved |= When(id, _nodes[id].ApplyWork.Count > 0, "applies", () => ProcessApply(id));
            }
        }
    }

    private bool When(ulong id, bool condition, string title, Action action)
    {
        if (condition)
        {
            Section($"> {id} {title}", action);
        }

        return condition;
    }
}
