using System.Text;

namespace Etcd.Raft.Tests.Running;

/// <summary>
/// Runs the commands of a scenario against members in one thread, without time and without chance: nothing moves unless
/// a command moves it.
/// </summary>
/// <remarks>
/// <code>
/// add-nodes COUNT [voters=(1,2)] [learners=(3)] [index=N] [content=TEXT] [option=VALUE …]
/// campaign ID                      propose ID TEXT…                 propose-conf-change ID [v1=true]   (input: v1 l2
/// r3) tick-heartbeat ID                tick-election ID                 set-election-timeout ID TICKS
/// process-ready ID…                process-append ID…               process-apply ID…
/// deliver ID… [drop=(1,2)] [type=Append]                            stabilize [ID…]
/// read-index ID TEXT               transfer-leadership from=A to=B  forget-leader ID
/// report-unreachable A B           report-snapshot A B ok|failed    snapshot-unavailable ID true|false
/// compact ID INDEX                 restart ID
/// step ID type=Append from=2 [term=3] [index=4] [log-term=3] [commit=4] [reject=true] [hint=1]
///         [entries=3/5:data,3/6] [snapshot=3/5 voters=(1,2)]        a message made by hand
/// status ID                        raft-log ID                      raft-state             log-level LEVEL
/// </code>
/// With the word <c>quiet</c> a command prints only "ok".
/// </remarks>
internal sealed partial class ScenarioRunner : IRaftLogger
{
    private readonly SortedDictionary<ulong, ScenarioNode> _nodes = [];
    private readonly List<Message> _network = [];
    private readonly StringBuilder _output = new();
    private RaftLogLevel? _logLevel;
    private string _indent = "";

    public string Run(ScenarioCommand command)
    {
        _output.Clear();
        _indent = "";
        try
        {
            Dispatch(command);
        }
        catch (RaftInvariantException invariant)
        {
            _output.Append("INVARIANT ").Append(invariant.Message).Append('\n');
        }

        return _output.Length == 0 || command.Has("quiet") ? "ok" : _output.ToString().TrimEnd('\n');
    }

    bool IRaftLogger.IsEnabled(RaftLogLevel level) => level >= _logLevel;

    void IRaftLogger.Log(RaftLogLevel level, string text) => Print($"[{level}] {text}");

    private void Dispatch(ScenarioCommand command)
    {
        switch (command.Name)
        {
            case "add-nodes":
                AddNodes(command);
                break;
            case "campaign":
                Node(command.Id).Campaign();
                break;
            case "propose":
                Propose(command);
                break;
            case "propose-conf-change":
                ProposeConfChange(command);
                break;
            case "tick-heartbeat":
                Tick(command.Id, ticks: HeartbeatTicks);
                break;
            case "tick-election":
                Tick(command.Id, ticks: ElectionTicks);
                break;
            case "set-election-timeout":
                CoreOf(Node(command.Id)).RandomizedElectionTicks = (int)command.Ids[1];
                break;
            case "process-ready":
                ForEach(command, "ready", ProcessReady);
                break;
            case "process-append":
                ForEach(command, "append", ProcessAppend);
                break;
            case "process-apply":
                ForEach(command, "apply", ProcessApply);
                break;
            case "deliver":
                Deliver(command);
                break;
            case "stabilize":
                Stabilize(command.Ids);
                break;
            default:
                DispatchRare(command);
                break;
        }
    }

    private void DispatchRare(ScenarioCommand command)
    {
        switch (command.Name)
        {
            case "read-index":
                Node(command.Id).ReadIndex(Encoding.UTF8.GetBytes(command.Word(1)));
                break;
            case "transfer-leadership":
                Node(command.NumberOption("from", 0)).TransferLeader(command.NumberOption("to", 0));
                break;
            case "forget-leader":
                Node(command.Id).ForgetLeader();
                break;
            case "report-unreachable":
                Node(command.Id).ReportUnreachable(command.Ids[1]);
                break;
            case "report-snapshot":
                Node(command.Id).ReportSnapshot(command.Ids[1], ok: command.Has("ok"));
                break;
            case "snapshot-unavailable":
                _nodes[command.Id].SnapshotUnavailable = command.Has("true");
                break;
            case "compact":
                _nodes[command.Id].Disk.Compact(command.Ids[1]);
                PrintLog(command.Id);
                break;
            case "step":
                PrintUnlessAccepted(Node(command.Id).Step(ParseMessage(command)));
                break;
            case "restart":
                _nodes[command.Id].Restart();
                break;
            case "status":
                PrintStatus(command.Id);
                break;
            case "raft-log":
                PrintLog(command.Id);
                break;
            case "raft-state":
                PrintStates();
                break;
            case "log-level":
                _logLevel = Enum.TryParse(command.Word(0), ignoreCase: true, out RaftLogLevel level) ? level : null;
                break;
            default:
                throw new InvalidOperationException($"line {command.LineNumber}: unknown command {command.Name}");
        }
    }

    private void Propose(ScenarioCommand command)
    {
        Entry[] entries =
            [.. command.Words.Skip(1).Select(word => new Entry(EntryType.Normal, 0, 0, Encoding.UTF8.GetBytes(word)))];
        PrintUnlessAccepted(Node(command.Id).ProposeBatch(entries));
    }

    private void ProposeConfChange(ScenarioCommand command)
    {
        EntryType type = command.Flag("v1") ? EntryType.ConfChange : EntryType.ConfChangeV2;
        string text = string.Join(' ', command.Input);
        PrintUnlessAccepted(Node(command.Id).ProposeConfChange(type, TextConfChange.Encode(text)));
    }

    private void PrintUnlessAccepted(StepResult result)
    {
        if (result != StepResult.Accepted)
        {
            Print(result.ToString());
        }
    }

    private void Tick(ulong id, int ticks)
    {
        for (int i = 0; i < ticks; i++)
        {
            Node(id).Tick();
        }
    }

    private void ForEach(ScenarioCommand command, string title, Action<ulong> action)
    {
        foreach (ulong id in command.Ids)
        {
            if (command.Ids.Length > 1)
            {
                Section($"> {id} {title}", () => action(id));
            }
            else
            {
                action(id);
            }
        }
    }

    private void Section(string title, Action body)
    {
        Print(title);
        _indent += "  ";
        body();
        _indent = _indent[2..];
    }

    private void Print(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            _output.Append(_indent).Append(line).Append('\n');
        }
    }

    private RaftNode Node(ulong id) => _nodes[id].Raft;
}
