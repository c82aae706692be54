using Etcd.Node.Loops;
using Etcd.Node.Watching;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Membership;

namespace Etcd.Node;

/// <remarks>Timers, failure and the way down.</remarks>
public sealed partial class MemberNode
{
    // Etcd's delay before a removed member stops, so that the news of its removal can reach its peers.
    private static readonly TimeSpan RemovalDelay = TimeSpan.FromSeconds(1);

    // How long a booting member waits for peers before it gives up shortening its first election timeout (etcd's
    // rafthttp.ConnReadTimeout).
    private static readonly TimeSpan TickAdvanceWindow = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan WatchTick = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task[] _background = [];
    private Exception? _failure;
    private long _startTimestamp;
    private int _stopping;
    private NodeThread? _ticker;
    private bool _ticksAdvanced;

    /// <summary>
    /// Completes when the node has ended: without error after <see cref="DisposeAsync"/> or
    /// <see cref="RemovedFromCluster"/>, with the error when log or engine failed.
    /// </summary>
    public Task Stopped => _stopped.Task;

    /// <summary>True when this member was removed from the cluster; the node stops itself about a second later.
    /// </summary>
    public bool RemovedFromCluster { get; private set; }

    /// <summary>Hands leadership over when this member leads, then ends all threads. Waiters get
    /// <c>etcdserver: server stopped</c>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping == 0)
        {
            await HandOverLeadershipAsync();
        }

        await StopAsync();
    }

    private void StartTimers()
    {
        _startTimestamp = _time.GetTimestamp();
        TimeSpan lease = TimeSpan.FromMilliseconds(Lessor.TickMilliseconds);
        _timers.Add(_time.CreateTimer(static state => ((MemberNode)state!).OnLeaseTick(), this, lease, lease));
        _timers.Add(_time.CreateTimer(static state => ((MemberNode)state!).OnWatchTick(), this, WatchTick, WatchTick));
        _ticksAdvanced = !_options.InitialElectionTickAdvance;
        _ticker = NodeThread.Start("etcd-tick", RunTicks, OnThreadFailed);
    }

    /// <summary>
    /// The body of the thread that ticks. It is raft's own because a timer's callback waits for a thread of the pool,
    /// and while a slow disk holds all of these in reads, the leader must not fall silent.
    /// </summary>
    private void RunTicks()
    {
        TimeSpan tick = TimeSpan.FromMilliseconds(_options.HeartbeatMilliseconds);
        TimeSpan pause = tick;
        while (!_stop.Token.WaitHandle.WaitOne(pause))
        {
            long start = _time.GetTimestamp();
            AdvanceTicksOnce();
            _raft.PostTick();
            _proposals.EndOverdue();
            TimeSpan took = _time.GetElapsedTime(start);
            pause = took < tick ? tick - took : TimeSpan.Zero;
        }
    }

    /// <summary>A booting member that hears of its peers leaves two ticks for the leader to speak, and no more.
    /// </summary>
    private void AdvanceTicksOnce()
    {
        if (_ticksAdvanced)
        {
            return;
        }

        if (_time.GetElapsedTime(_startTimestamp) > TickAdvanceWindow)
        {
            _ticksAdvanced = true;
            return;
        }

        foreach (ClusterMember member in Membership.Members)
        {
            if (member.Id != MemberId && _transport.ActiveSince(member.Id) is not null && !IsLearner)
            {
                _ticksAdvanced = true;
                LogAdvancingTicks(Hex(MemberId), ElectionTicks - 2, ElectionTicks);
                _raft.Post(new RaftInput(
                    RaftInputKind.AdvanceTicks, null, (ulong)Math.Max(0, ElectionTicks - 2)));
                return;
            }
        }
    }

    private void OnLeaseTick()
    {
        if (IsLeader)
        {
            _apply.Post(new ApplyInput(ApplyInputKind.LeaseTick, null, 0, false));
        }
    }

    private void OnWatchTick()
    {
        foreach (WatchShardLoop shard in _shards)
        {
            if (shard.Streams > 0)
            {
                shard.PostTick();
            }
        }
    }

    private void OnRemoved()
    {
        if (!RemovedFromCluster)
        {
            RemovedFromCluster = true;
            LogRemoved(Hex(MemberId));
            _ = StopLaterAsync();
        }
    }

    private async Task StopLaterAsync()
    {
        await DelayAsync(RemovalDelay);
        await StopAsync();
    }

    /// <summary>An I/O error or a broken invariant: nothing more may be promised.</summary>
    private void OnThreadFailed(string thread, Exception error)
    {
        if (_stopping == 0 && Interlocked.CompareExchange(ref _failure, error, null) is null)
        {
            LogFailed(error, thread);
            _ = StopAsync();
        }
    }

    private async Task HandOverLeadershipAsync()
    {
        if (!IsLeader)
        {
            LogTransferSkippedNotLeader(Hex(MemberId), Hex(LeaderId));
            return;
        }

        ClusterMember? successor = null;
        long longest = long.MaxValue;
        foreach (ClusterMember member in Membership.Members)
        {
            if (member.Id != MemberId && !member.IsLearner
                && _transport.ActiveSince(member.Id) is { } since && since < longest)
            {
                successor = member;
                longest = since;
            }
        }

        if (Membership.VoterCount <= 1)
        {
            LogTransferSkippedSingle(Hex(MemberId), Hex(LeaderId));
        }
        else if (successor is null)
        {
            LogTransferFailed(Hex(MemberId), EtcdErrors.Unhealthy.Message);
        }
        else if (await MoveLeaderAsync(successor.Id, CancellationToken.None) is { } error)
        {
            LogTransferFailed(Hex(MemberId), error.Message);
        }
        else
        {
            // By the next heartbeat all have heard of the new leader; what they send here until then is passed on.
            await Task.Delay(TimeSpan.FromMilliseconds(_options.HeartbeatMilliseconds), _time);
        }
    }

    /// <summary>
    /// Ends the threads in the order in which work flows, so that what was promised is finished: no new input, then
    /// raft, then its log writes, then what was to be applied, then the rest.
    /// </summary>
    private async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
        {
            await _stopped.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        await _stop.CancelAsync();
        foreach (ITimer timer in _timers)
        {
            await timer.DisposeAsync();
        }

        if (_ticker is not null)
        {
            await _ticker.Ended;
        }

        _proposals.Stop(EtcdErrors.Stopped);
        _reads.Stop(EtcdErrors.Stopped);
        _raft.Close();
        _wal.Close();
        _apply.Close();
        _checkpointer.Close();
        foreach (WatchShardLoop shard in _shards)
        {
            shard.Close();
        }

        await Task.WhenAll(_threads.Select(static thread => thread.Ended));
        await Task.WhenAll(_background);
        _recovered.Log.Dispose();
        LogStopped(Hex(MemberId));
        if (_failure is null)
        {
            _stopped.TrySetResult();
        }
        else
        {
            _stopped.TrySetException(_failure);
        }
    }
}
