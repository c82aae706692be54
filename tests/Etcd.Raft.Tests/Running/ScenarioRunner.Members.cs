using System.Globalization;
using System.Reflection;
using System.Text;

namespace Etcd.Raft.Tests.Running;

/// <summary>Creating members and printing what they know.</summary>
internal sealed partial class ScenarioRunner
{
    private const int HeartbeatTicks = 1;
    private const int ElectionTicks = 3;

    private static readonly FieldInfo CoreField =
        typeof(RaftNode).GetField("_core", BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static RaftLog LogOf(RaftNode node) => CoreOf(node).Log;

    private static RaftCore CoreOf(RaftNode node) => (RaftCore)CoreField.GetValue(node)!;

    private static string Payload(Entry entry) =>
        entry.Type == EntryType.Normal
            ? $"\"{Encoding.UTF8.GetString(entry.Data.Span)}\""
            : $"\"{TextConfChange.Decode(entry)}\"";

    private void AddNodes(ScenarioCommand command)
    {
        ulong index = command.NumberOption("index", 0);
        ConfState members = new()
        {
            Voters = command.IdsOption("voters"),
            Learners = command.IdsOption("learners"),
        };
        Snapshot start = index == 0
            ? Snapshot.Empty
            : new Snapshot(
                Encoding.UTF8.GetBytes(command.Option("content") ?? ""), new SnapshotMetadata(members, index, 1));
        int count = int.Parse(command.Word(0), CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            ulong id = (ulong)_nodes.Count + 1;
            _nodes.Add(id, new ScenarioNode((storage, applied) => Config(command, id, storage, applied), start));
        }
    }

    private RaftConfig Config(ScenarioCommand command, ulong id, IRaftStorage storage, ulong applied) => new()
    {
        Id = id,
        Storage = storage,
        Random = new Random((int)id),
        ConfChangeDecoder = TextConfChange.Decode,
        ElectionTicks = ElectionTicks,
        HeartbeatTicks = HeartbeatTicks,
        Applied = applied,
        MaxSizePerMessageBytes = command.NumberOption("max-message", RaftConfig.NoLimit),
        MaxApplyingSizeBytes = command.NumberOption("max-applying", RaftConfig.NoLimit),
        MaxUncommittedSizeBytes = command.NumberOption("max-uncommitted", 0),
        MaxInflightMessages = (int)command.NumberOption("max-inflight", 256),
        MaxInflightBytes = command.NumberOption("max-inflight-bytes", 0),
        CheckQuorum = command.Flag("check-quorum"),
        PreVote = command.Flag("pre-vote"),
        ReadOnlyOption = command.Flag("lease-reads") ? ReadOnlyOption.LeaseBased : ReadOnlyOption.Safe,
        DisableProposalForwarding = command.Flag("no-forwarding"),
        DisableConfChangeValidation = command.Flag("no-validation"),
        StepDownOnRemoval = command.Flag("step-down"),
        Logger = this,
    };

    private static Message ParseMessage(ScenarioCommand command) => new()
    {
        Type = Enum.Parse<MessageType>(command.Option("type")!),
        To = command.Id,
        From = command.NumberOption("from", 0),
        Term = command.NumberOption("term", 0),
        Index = command.NumberOption("index", 0),
        LogTerm = command.NumberOption("log-term", 0),
        Commit = command.NumberOption("commit", 0),
        Reject = command.Flag("reject"),
        RejectHint = command.NumberOption("hint", 0),
        Entries = (command.Option("entries") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(ParseEntry).ToArray(),
        Snapshot = command.Option("snapshot") is string text
            ? new Snapshot(
                "restored"u8.ToArray(),
                new SnapshotMetadata(
                    new ConfState { Voters = command.IdsOption("voters") },
                    ParseEntry(text).Index,
                    ParseEntry(text).Term))
            : null,
    };

    private static Entry ParseEntry(string text)
    {
        string[] parts = text.Split('/', ':');
        return new Entry(
            EntryType.Normal,
            ulong.Parse(parts[0], CultureInfo.InvariantCulture),
            ulong.Parse(parts[1], CultureInfo.InvariantCulture),
            Encoding.UTF8.GetBytes(parts.Length > 2 ? parts[2] : ""));
    }

    private void PrintStatus(ulong id)
    {
        RaftStatus status = Node(id).Status();
        foreach (PeerProgress peer in status.Progress)
        {
            Print(peer.ToString());
        }

        if (status.LeadTransferee != 0)
        {
            Print($"handing over to {status.LeadTransferee}");
        }
    }

    private void PrintLog(ulong id)
    {
        ScenarioNode node = _nodes[id];
        RaftLog log = CoreOf(node.Raft).Log;
        Print($"first={log.FirstIndex} last={log.LastIndex} committed={log.Committed} applied={log.Applied}"
            + $" unstable={log.Unstable.Offset} durable={node.Disk.LastIndex} state=\"{node.State}\"");
        if (log.Slice(log.FirstIndex, log.LastIndex + 1, RaftConfig.NoLimit, out EntryList entries) == StorageStatus.Ok)
        {
            foreach (Entry entry in entries)
            {
                Print(Describe.Of(entry, Payload));
            }
        }
    }

    private void PrintStates()
    {
        foreach ((ulong id, ScenarioNode node) in _nodes)
        {
            RaftStatus status = node.Raft.Status();
            Print($"{id}: {Describe.Of(status.HardState)} {Describe.Of(status.SoftState)} {status.ConfState}");
        }
    }
}
