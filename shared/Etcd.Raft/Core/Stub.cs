namespace Etcd.Raft;

internal sealed class RaftCore(RaftConfig config)
{
    public RaftConfig Config => config;
    public SoftState SoftState => throw new NotImplementedException();
    public HardState HardState => throw new NotImplementedException();
    public ulong Id => config.Id;
    public ulong Term => HardState.Term;
    public ulong LeaderId => SoftState.LeaderId;
    public RaftRole Role => SoftState.Role;
    public RaftLog Log => throw new NotImplementedException();
    public void Bootstrap(ReadOnlySpan<BootstrapPeer> peers) => throw new NotImplementedException();
    public void Tick() => throw new NotImplementedException();
    public StepResult Step(Message m) => throw new NotImplementedException();
    public ConfState ApplyConfChange(ConfChangeV2 change) => throw new NotImplementedException();
    public bool IsTracked(ulong id) => throw new NotImplementedException();
    public RaftStatus Status() => throw new NotImplementedException();
}

internal sealed record RaftLog(ulong Committed, ulong Applied, ulong LastIndex);

internal static class ReadIndexQueue
{
    public const int ContextSizeBytes = 8;
}

internal static class MessageCheck
{
    public static bool IsWellFormed(Message m) => m is not null;
}
