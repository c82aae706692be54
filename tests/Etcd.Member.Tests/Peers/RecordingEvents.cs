using System.Threading.Channels;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Member.Tests.Peers;

/// <summary>Keeps what a transport reports.</summary>
internal sealed class RecordingEvents : IPeerEvents
{
    public Channel<Message> Messages { get; } = Channel.CreateUnbounded<Message>();

    public Channel<ulong> Unreachable { get; } = Channel.CreateUnbounded<ulong>();

    public ReceiveResult Answer { get; set; } = ReceiveResult.Accepted;

    public bool IsRestoring { get; set; }

    public ReceiveResult Receive(Message message)
    {
        Messages.Writer.TryWrite(message);
        return Answer;
    }

    public void ReportUnreachable(ulong memberId) => Unreachable.Writer.TryWrite(memberId);

    public void ReportSnapshot(ulong memberId, bool succeeded)
    {
    }
}
