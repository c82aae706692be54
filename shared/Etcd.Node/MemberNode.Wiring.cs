using Etcd.Node.Apply;
using Etcd.Node.Consensus;
using Etcd.Node.Loops;
using Etcd.Node.Peers;
using Etcd.Node.Reads;
using Etcd.Node.Watching;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node;

/// <remarks>What one thread hands to another. Nothing here waits, but for the snapshot that the log must wait for.
/// </remarks>
public sealed partial class MemberNode
{
    private CancellationTokenSource _leaderChange = new();
    private long _leaderSinceTimestamp;
    private int _raisingNoSpace;

    // Of the log writer's thread: it did a raft step, and what is to be applied then waits for it.
    private bool _owesApply;

    /// <summary>A token that is cancelled at the next change to another leader, as seen now: lets streams that ask
    /// for a leader notice (etcd <c>LeaderChangedNotify</c>).</summary>
    public CancellationToken LeaderChangedToken => Volatile.Read(ref _leaderChange).Token;

    private RaftLoopWiring RaftWiring() => new()
    {
        Send = Send,
        WriteLog = writes =>
        {
            foreach (Message write in writes)
            {
                _wal.Post(write);
            }
        },
        Apply = applies =>
        {
            bool isLogWriter = _wal.IsOwnThread;
            foreach (Message apply in applies)
            {
                if (_apply.Post(apply, mayWait: isLogWriter))
                {
                    _owesApply = true;
                }
            }
        },
        LeadershipChanged = OnLeadershipChanged,
        ReadFinished = OnReadFinished,
    };

    private WalWriterWiring WalWiring() => new()
    {
        MemberId = MemberId,
        Send = Send,
        Written = writes =>
        {
            _raft.PostWritten(writes);
            ApplyOwed();
            if (_wal.BytesSinceCheckpoint >= _options.CheckpointLogBytes)
            {
                _checkpointer.Request();
            }
        },
        InstallSnapshot = InstallSnapshot,
    };

    private ApplyLoopWiring ApplyWiring() => new()
    {
        Open = engine => NewApplyCore(ReplicatedState.Open(engine, _options.StateMachine)),
        ConfChanged = change =>
            _raft.Post(new RaftInput(RaftInputKind.ConfChange, change.Change, change.Index)),
        Applied = applied => _raft.PostApplied(applied),
        Published = OnPublished,
        Completed = _proposals.Applied,
        Publish = events =>
        {
            foreach (WatchShardLoop shard in _shards)
            {
                shard.Publish(events);
            }
        },
        Restored = OnRestored,
        Propose = fenced => _raft.Post(new RaftInput(
            RaftInputKind.Proposal,
            new Proposal(fenced.RequestId, EntryType.Normal, fenced.Data) { OnlyInTerm = fenced.Term },
            0)),
        RaiseNoSpace = RaiseNoSpace,
        FirstCommitInTerm = _firstCommitInTerm.Set,
        MembersChanged = OnMembersChanged,
        ReadReady = _reads.Complete,
    };

    /// <summary>Applies what the log writer's own step committed, there and then if nobody waits for
    /// another write.
    /// </summary>
    private void ApplyOwed()
    {
        if (!_owesApply)
        {
            return;
        }

        _owesApply = false;
        if (_wal.IsAwaited)
        {
            _apply.Wake();
        }
        else
        {
            _apply.ApplyFew();
        }
    }

    private void Send(Message message)
    {
        if (message.Type != MessageType.Snapshot)
        {
            _transport.Send(message);
            return;
        }

        bool sending = _options.SnapshotTransfer is not null
            && _apply.Post(new ApplyInput(ApplyInputKind.SendSnapshot, message, 0, false));
        if (!sending)
        {
            LogNoSnapshotTransfer(Hex(message.To));
            ReportSnapshot(message.To, succeeded: false);
        }
    }

    private void OnLeadershipChanged(RaftStatusView status, bool newLeader)
    {
        _apply.Post(new ApplyInput(ApplyInputKind.Leadership, null, status.Term, status.IsLeader));
        if (newLeader)
        {
            Volatile.Write(ref _leaderSinceTimestamp, _time.GetTimestamp());
            Interlocked.Increment(ref Metrics.LeaderChangesSeenField);
            CancellationTokenSource before = Interlocked.Exchange(ref _leaderChange, new CancellationTokenSource());

            // Whoever listens must not hold a raft step up.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), before, preferLocal: false);
        }

        _leadershipChanged.Set();
    }

    private void OnReadFinished(ReadRound round, ReadOutcome outcome)
    {
        if (outcome.Failure != ReadFailure.None)
        {
            Interlocked.Increment(ref Metrics.ReadIndexesFailedField);
            _reads.Complete(
                round,
                outcome.Failure == ReadFailure.LeaderChanged ? EtcdErrors.LeaderChanged : EtcdErrors.Timeout);
            return;
        }

        bool visible = outcome.Index <= AppliedIndex;
        if (visible || !_apply.Post(new ApplyInput(ApplyInputKind.WaitApplied, round, outcome.Index, false)))
        {
            _reads.Complete(round, visible ? null : EtcdErrors.Stopped);
        }
    }

    private void OnPublished(PublishedState state)
    {
        ClusterMembership before = _published.Membership;
        _published = state;
        if (!ReferenceEquals(before, state.Membership))
        {
            LogMembership(before, state.Membership);
        }

        _committed.Set();
        if (state.AppliedIndex >= _checkpointer.LastIndex + _options.SnapshotCount)
        {
            _checkpointer.Request();
        }
    }

    private void LogMembership(ClusterMembership before, ClusterMembership after)
    {
        foreach (ClusterMember member in after.Members)
        {
            ClusterMember? known = before.Find(member.Id);
            if (known is null)
            {
                LogMemberAdded(Hex(ClusterId), Hex(MemberId), Hex(member.Id), member.PeerUrls, member.IsLearner);
            }
            else if (known.IsLearner && !member.IsLearner)
            {
                LogMemberPromoted(Hex(ClusterId), Hex(MemberId), Hex(member.Id));
            }
        }

        foreach (ClusterMember member in before.Members)
        {
            if (after.Find(member.Id) is null)
            {
                LogMemberRemoved(Hex(ClusterId), Hex(MemberId), Hex(member.Id), member.PeerUrls);
            }
        }

        LogVersion(before.Version, after.Version);
    }

    private void LogVersion(ClusterVersion? before, ClusterVersion? after)
    {
        if (after is not { } version || before == after)
        {
            return;
        }

        if (before is { } known)
        {
            LogVersionChanged(Hex(ClusterId), Hex(MemberId), known.ToMajorMinor(), version.ToMajorMinor());
        }
        else
        {
            LogVersionSet(Hex(ClusterId), Hex(MemberId), version.ToMajorMinor());
        }

        LogCapabilities(version.ToMajorMinor());
    }

    private void OnRestored(IKvEngine engine)
    {
        _engine = engine;
        ToShards(new WatchInput(WatchInputKind.Restore, null, null, null, 0, null));
    }

    private void ToShards(in WatchInput input)
    {
        foreach (WatchShardLoop shard in _shards)
        {
            shard.Post(input);
        }
    }

    private void OnMembersChanged(bool removedSelf)
    {
        SetPeers(Membership.Members);
        if (removedSelf)
        {
            OnRemoved();
        }
    }

    private void SetPeers(IReadOnlyList<ClusterMember> members)
    {
        List<PeerAddress> peers = [];
        foreach (ClusterMember member in members)
        {
            if (member.Id != MemberId)
            {
                peers.Add(new PeerAddress(member.Id, member.PeerUrls));
            }
        }

        _transport.SetPeers(peers);
    }

    /// <summary>The log writer's thread waits here: raft may learn of the snapshot only once the state is durable.
    /// </summary>
    private void InstallSnapshot(Snapshot snapshot)
    {
        using ManualResetEventSlim done = new();
        SnapshotInstall install = new(snapshot, done);
        bool posted = _apply.Post(new ApplyInput(ApplyInputKind.InstallSnapshot, install, 0, false));
        if (posted)
        {
            done.Wait();
        }

        if (!install.Installed)
        {
            throw new OperationCanceledException("the node stopped while it installed a snapshot");
        }
    }

    /// <summary>Puts the NOSPACE alarm of this member into the log, one attempt at a time.</summary>
    private void RaiseNoSpace()
    {
        if (Interlocked.Exchange(ref _raisingNoSpace, 1) == 0)
        {
            _ = RaiseNoSpaceAsync();
        }
    }

    private async Task RaiseNoSpaceAsync()
    {
        InternalRaftRequest request = new()
        {
            Alarm = new AlarmRequest
            {
                Action = AlarmRequest.Types.AlarmAction.Activate,
                MemberID = MemberId,
                Alarm = AlarmType.Nospace,
            },
        };
        ApplyResult result = await ProposeAsync(request, CancellationToken.None);
        if (result.Error is { } error)
        {
            LogAlarmFailed(error.Message);
        }

        Volatile.Write(ref _raisingNoSpace, 0);
    }
}
