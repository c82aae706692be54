using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Raftpb;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Broken raft messages, streams and snapshots for a peer port that believes the sender's headers.</summary>
/// <param name="clusterId">The attacked cluster.</param>
/// <param name="memberId">The attacked member.</param>
internal sealed class PeerAttacks(ulong clusterId, ulong memberId)
{
    private const ulong Stranger = 0xDEAD;

    public Attack Next(Random random) => random.Next(12) switch
    {
        0 => new Attack("random bytes", TransportAttacks.Random(random, 4096), Demand.End),
        1 => new Attack("HTTP/2", Http2.Call("/etcdserverpb.KV/Range", Http2.Message([])), Demand.End),
        2 => Http1Attacks.Next(random) with { Demand = Demand.End },
        3 => WrongHeaders(random),
        4 => NoMessage(random),
        5 => CutMessage(random),
        6 => UnwelcomeMessage(random),
        7 => UselessProposal(random),
        8 => Stream(random),
        9 => Snapshot(random),
        10 => SmallRequest(random),
        _ => CutBody(random),
    };

    private Attack WrongHeaders(Random random)
    {
        string headers = random.Next(6) switch
        {
            0 => "",
            1 => $"X-Etcd-Cluster-ID: {Hex(clusterId + 1)}\r\n",
            2 => Headers().Replace("3.0.0", "9.9.0", StringComparison.Ordinal),
            3 => Headers().Replace("3.5.0", "three", StringComparison.Ordinal),
            4 => "X-Etcd-Cluster-ID: \r\nX-Server-Version: 3.5.0\r\n",
            _ => $"X-Etcd-Cluster-ID: {new string('f', 5000)}\r\nX-Server-Version: 3.5.0\r\n",
        };
        string path = random.Next(2) == 0 ? "/raft" : "/raft/snapshot";
        return Refused("headers of another cluster or release", Post(path, Some(Heartbeat()), headers));
    }

    private Attack NoMessage(Random random)
    {
        byte[] body = random.Next(3) switch
        {
            0 => [.. TransportAttacks.Random(random, 500), .. Enumerable.Repeat((byte)0xFF, 12)],
            1 => [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], // An entry of 2 GiB.
            _ => [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], // A type that does not exist.
        };
        return Refused("no raft message", Post("/raft", body, Headers()));
    }

    private Attack CutMessage(Random random)
    {
        var message = Heartbeat();
        message.Entries.Add(new Entry { Term = 1, Index = 1, Data = Text("some data") });
        byte[] bytes = Some(message);
        // Behind a field's tag, so that never a whole message is left: the entry ends the encoding.
        return Refused("cut raft message", Post("/raft", bytes[..^random.Next(1, 8)], Headers()));
    }

    /// <summary>Whole messages that no member sends, or not to this one.</summary>
    private Attack UnwelcomeMessage(Random random)
    {
        var message = Heartbeat();
        switch (random.Next(8))
        {
            case 0:
                message.To = memberId + 1;
                break;
            case 1:
                message.Type = MessageType.MsgHup;
                break;
            case 2:
                message.Type = MessageType.MsgBeat;
                break;
            case 3:
                message.Type = MessageType.MsgApp;
                message.Term = ulong.MaxValue;
                message.Entries.Add(new Entry { Term = 7, Index = 900 });
                message.Entries.Add(new Entry { Term = 3, Index = 17 });
                break;
            case 4:
                message.Term = 0;
                break;
            case 5:
                message.From = 0;
                message.Term = ulong.MaxValue;
                break;
            case 6:
                message.From = ulong.MaxValue;
                message.Type = MessageType.MsgAppResp;
                message.Index = ulong.MaxValue;
                break;
            default:
                message.Type = MessageType.MsgAppResp;
                message.Term = ulong.MaxValue;
                break;
        }

        return new Attack($"unwelcome {message.Type}", Post("/raft", Some(message), Headers()), Demand.Answer);
    }

    /// <summary>What no state machine could apply must never enter the log.</summary>
    private Attack UselessProposal(Random random)
    {
        var message = Heartbeat();
        message.Type = MessageType.MsgProp;
        message.Term = 0;
        message.Entries.Add(new Entry
        {
            Type = (EntryType)random.Next(3),
            Data = ByteString.CopyFrom([.. TransportAttacks.Random(random, 40), .. Enumerable.Repeat((byte)0xFF, 12)]),
        });
        return new Attack("proposal that is no request", Post("/raft", Some(message), Headers()), Demand.Answer);
    }

    private Attack Stream(Random random)
    {
        string path = random.Next(6) switch
        {
            0 => "/raft/stream/msgapp/",
            1 => "/raft/stream/message/xyz",
            2 => $"/raft/stream/nothing/{Hex(Stranger)}",
            3 => $"/raft/stream/message/{Hex(Stranger)}",
            4 => $"/raft/stream/msgapp/{new string('f', 4000)}",
            _ => $"/raft/stream/msgapp/{Hex(memberId)}",
        };
        return Refused("stream of nobody", Request("GET", path, Headers(), []));
    }

    private Attack Snapshot(Random random)
    {
        var message = Heartbeat();
        message.Type = MessageType.MsgSnap;
        message.Term = 1_000_000;
        message.Snapshot = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = 1_000_000 + (ulong)random.Next(1000), Term = 1_000_000, ConfState = new ConfState { Voters = { memberId } },
            },
        };
        byte[] encoded = Some(message);
        byte[] body = random.Next(5) switch
        {
            0 => [.. Length(ulong.MaxValue), .. encoded],
            1 => [.. Length(1UL << 40), .. encoded],
            2 => [.. Length((ulong)encoded.Length + 10), .. encoded],
            3 => [.. Length((ulong)encoded.Length), .. encoded],
            _ => [.. Length((ulong)encoded.Length), .. encoded, .. TransportAttacks.Random(random, 50_000)],
        };
        return Refused("broken snapshot", Post("/raft/snapshot", body, Headers()));
    }

    private Attack SmallRequest(Random random) => random.Next(6) switch
    {
        0 => Refused("promotion of nobody", Post("/members/promote/xyz", [], Headers())),
        1 => Refused("promotion of a stranger", Post($"/members/promote/{random.Next()}", [], Headers())),
        2 => Refused("no lease renewal", Post("/leases", Enumerable.Repeat((byte)0xFF, 30).ToArray(), Headers())),
        3 => Refused("no lease question", Post("/leases/internal", Enumerable.Repeat((byte)0xFF, 30).ToArray(), Headers())),
        4 => Refused("no hash question", Request("GET", "/members/hashkv", Headers(), Encoding.ASCII.GetBytes(new string('[', 5000)))),
        _ => Refused("too long a lease question", Post("/leases", new byte[100_000], Headers())),
    };

    private Attack CutBody(Random random)
    {
        byte[] request = Post(random.Next(2) == 0 ? "/raft" : "/raft/snapshot", new byte[5000], Headers());
        return new Attack("cut body", request[..^random.Next(1, 5000)], Demand.End);
    }

    private static Attack Refused(string name, byte[] bytes) => new(name, bytes, Demand.Refusal);

    private Message Heartbeat() => new()
    {
        Type = MessageType.MsgHeartbeat, To = memberId, From = Stranger, Term = 1,
    };

    private string Headers() =>
        $"X-Etcd-Cluster-ID: {Hex(clusterId)}\r\nX-Server-From: {Hex(Stranger)}\r\nX-Server-Version: 3.5.0\r\n"
        + $"X-Min-Cluster-Version: 3.0.0\r\nX-Raft-To: {Hex(memberId)}\r\n";

    private static byte[] Post(string path, byte[] body, string headers) => Request("POST", path, headers, body);

    private static byte[] Request(string method, string path, string headers, byte[] body) =>
    [
        .. Encoding.Latin1.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"),
        .. body,
    ];

    private static byte[] Length(ulong length)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, length);
        return bytes;
    }

    private static byte[] Some(Message message) => message.ToByteArray();

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);
}
