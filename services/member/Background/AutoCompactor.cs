using Etcd.Member.Config;
using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcdserverpb;

namespace Etcd.Member.Background;

/// <summary>Compacts by age or by number of revisions while this member leads (etcd's <c>v3compactor</c>). One
/// task.</summary>
internal sealed partial class AutoCompactor
{
    private readonly MemberNode _node;
    private readonly AutoCompactionConfig _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates it for a configuration that is enabled.</summary>
    public AutoCompactor(MemberNode node, AutoCompactionConfig config, TimeProvider time, ILoggerFactory loggers)
    {
        _node = node;
        _config = config;
        _time = time;
        _logger = loggers.CreateLogger<AutoCompactor>();
    }

    /// <summary>Compacts until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (_config.Revisions > 0 ? RunByRevisionAsync(cancellationToken) : RunByAgeAsync(cancellationToken))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task RunByAgeAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var compaction = new PeriodicCompaction(_config.Period, TimeSpan.Zero);
        compaction.Sample(_node.View.Revision);
        using var timer = new PeriodicTimer(compaction.SampleInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_node.IsLeader && compaction.Due(_time.GetElapsedTime(start)) is { } revision)
            {
                StartingPeriodic(_logger, revision, _config.Period);
                var (error, took) = await CompactAsync(revision, cancellationToken).ConfigureAwait(false);
                if (error is null)
                {
                    CompletedPeriodic(_logger, revision, _config.Period, took);
                    compaction.Completed(_time.GetElapsedTime(start));
                }
                else
                {
                    FailedPeriodic(_logger, revision, _config.Period, compaction.SampleInterval, error.Message);
                }
            }

            compaction.Sample(_node.View.Revision);
        }
    }

    private async Task RunByRevisionAsync(CancellationToken cancellationToken)
    {
        var compaction = new RevisionCompaction(_config.Revisions);
        using var timer = new PeriodicTimer(RevisionCompaction.Interval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_node.IsLeader || compaction.Due(_node.View.Revision) is not { } revision)
            {
                continue;
            }

            StartingRevision(_logger, revision, _config.Revisions);
            var (error, took) = await CompactAsync(revision, cancellationToken).ConfigureAwait(false);
            if (error is null)
            {
                compaction.Completed(revision);
                CompletedRevision(_logger, revision, _config.Revisions, took);
            }
            else
            {
                FailedRevision(_logger, revision, _config.Revisions, RevisionCompaction.Interval, error.Message);
            }
        }
    }

    /// <summary>A revision that was compacted already counts as done.</summary>
    private async Task<(EtcdError? Error, TimeSpan Took)> CompactAsync(
        long revision, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var request = new InternalRaftRequest { Compaction = new CompactionRequest { Revision = revision } };
        var result = await _node.ProposeAsync(request, cancellationToken).ConfigureAwait(false);
        var error = result.Error is { Code: EtcdErrorCode.Compacted } ? null : result.Error;
        return (error, _time.GetElapsedTime(start));
    }
}
