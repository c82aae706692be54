using System.Collections.Immutable;
using Etcd.Gateway.Configuration;
using Etcdserverpb;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Cluster;

/// <summary>Keeps a current <see cref="ClusterView"/> by looking at every member. Thread-safe.</summary>
/// <remarks>
/// One loop ticks every 50 ms and starts a look at each member that is due: every
/// <see cref="GatewayOptions.PollInterval"/> while all is well, at every tick while there is no leader or after a request
/// failed. Looks run concurrently, one per member at a time; each ends in <see cref="Record"/>, which rebuilds the view
/// and wakes whoever waits for a change.
/// </remarks>
internal sealed partial class ClusterTracker : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    // Ten times what a loaded member needs. One miss means nothing: the machine may be busy.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);
    private const int MissesUntilSilent = 2;

    // By then any cluster with etcd's default timing has another leader; who still waits, waits for nothing.
    private const int MissesUntilAbandoned = 5;

    // After a failure, members are watched closely for longer than an election takes.
    private static readonly TimeSpan UrgentPeriod = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan DiscoveryInterval = TimeSpan.FromSeconds(5);

    private readonly GatewayOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<ClusterTracker> _logger;
    private readonly Lock _lock = new();
    private ImmutableArray<Tracked> _members;
    private volatile bool _isDraining;
    private volatile ClusterView _view = ClusterView.Empty;
    private volatile TaskCompletionSource _changed = NewSignal();
    private long _urgentUntil;
    private long _leaderLostAt;

    public ClusterTracker(GatewayOptions options, TimeProvider timeProvider, ILogger<ClusterTracker> logger)
    {
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _members = [.. options.Members.Select(address => new Tracked(new MemberEndpoint(address, isConfigured: true)))];
        _view = new ClusterView(null, isRelay: false, 0, [], [.. _members.Select(member => member.Endpoint)]);
    }

    /// <summary>The newest view.</summary>
    public ClusterView View => _view;

    /// <summary>Completes at the next change of the view. Take it before reading the view.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Says that a request could not be sent as nobody listens there.</summary>
    public void ReportRefused(MemberEndpoint endpoint)
    {
        Hurry();
        lock (_lock)
        {
            endpoint.Observation = endpoint.Observation with { Reach = MemberReach.Refused };
            Rebuild();
        }
    }

    /// <summary>Says that something went wrong at a member, so that all are looked at soon.</summary>
    public void Hurry() =>
        Volatile.Write(ref _urgentUntil, _timeProvider.GetTimestamp() + Ticks(UrgentPeriod));

    /// <summary>Whether the gateway stops, so that streams are no longer opened.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Ends all streams, and lets calls finish; for the gateway's own end.</summary>
    public void Drain()
    {
        // First the flag: clients open an ended stream anew at once, over a connection that is still open.
        _isDraining = true;
        foreach (var member in _members)
        {
            member.Endpoint.AbandonStreams();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        foreach (var member in _members)
        {
            member.Endpoint.Dispose();
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, _timeProvider);
        var lastDiscovery = 0L;
        var discovering = Task.CompletedTask;
        do
        {
            var now = _timeProvider.GetTimestamp();
            var urgent = _view.Leader is null || _view.IsRelay || now < Volatile.Read(ref _urgentUntil);
            foreach (var member in _members)
            {
                if (!member.IsBusy && (urgent || now - member.LookedAt >= Ticks(_options.PollInterval)))
                {
                    member.IsBusy = true;
                    member.LookedAt = now;
                    _ = LookAsync(member, stoppingToken);
                }
            }

            if (_options.DiscoverMembers && discovering.IsCompleted && _view.Readers.Count > 0
                && (lastDiscovery == 0 || now - lastDiscovery >= Ticks(DiscoveryInterval)))
            {
                lastDiscovery = now;
                discovering = DiscoverAsync(_view, stoppingToken);
            }
        }
        while (await NextTickAsync(timer, stoppingToken));
    }

    private static async ValueTask<bool> NextTickAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task LookAsync(Tracked member, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(ProbeTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        try
        {
            var observation = await member.Endpoint.Probe.ObserveAsync(linked.Token);
            member.Misses = 0;
            Record(member, observation);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops; nothing is to be learned from it.
        }
        catch (OperationCanceledException)
        {
            member.Misses++;
            if (member.Misses >= MissesUntilSilent)
            {
                Record(member, member.Endpoint.Observation with { Reach = MemberReach.Silent });
            }

            GiveUpInVain(member);
        }
        catch (Exception failure)
        {
            member.Misses = 0;
            ProbeFailed(member.Endpoint, failure.Message);
            Record(member, member.Endpoint.Observation with { Reach = MemberReach.Refused });
        }
        finally
        {
            member.IsBusy = false;
        }
    }

    /// <summary>
    /// Ends what waits for a silent member: soon if it is a leader that another one has replaced, so that its clients go
    /// on at once and leases are kept alive elsewhere; else when waiting makes no sense any more.
    /// </summary>
    private void GiveUpInVain(Tracked member)
    {
        var endpoint = member.Endpoint;
        var lastSeen = endpoint.Observation;
        var isReplaced = member.Misses >= MissesUntilSilent
            && lastSeen.LeaderId == lastSeen.MemberId && _view.Leader is { } leader && leader != endpoint;
        if ((isReplaced || member.Misses >= MissesUntilAbandoned) && endpoint.Calls + endpoint.Streams > 0)
        {
            MemberAbandoned(endpoint, endpoint.Calls, endpoint.Streams);
            endpoint.Abandon();
        }
    }

    private void Record(Tracked member, MemberObservation observation)
    {
        lock (_lock)
        {
            var before = member.Endpoint.Observation;
            if (before == observation)
            {
                // Time alone may turn a relay on.
                if (_view.Leader is null)
                {
                    Rebuild();
                }

                return;
            }

            member.Endpoint.Observation = observation;
            if (before.Reach != observation.Reach)
            {
                ReachChanged(member.Endpoint, observation.MemberId, observation.Reach);
            }

            Rebuild();
        }
    }

    /// <summary>Publishes a new view if it routes otherwise. Called under the lock.</summary>
    private void Rebuild()
    {
        var now = _timeProvider.GetTimestamp();
        var members = ServingMembers();
        var before = _view;
        var view = ClusterView.Build(members, mayRelay: false);
        if (view.Leader is null)
        {
            if (before.Leader is not null && !before.IsRelay)
            {
                _leaderLostAt = now;
                LeaderLost(before.Leader, before.Term);
            }

            // The cluster names a dead leader until its election timer runs out, which the wait for a leader outlasts;
            // twice that wait leaves no doubt. A leader that was never in reach is no news to wait for, once every
            // member has been looked at.
            var mayRelay = _leaderLostAt != 0
                ? now - _leaderLostAt >= 2 * Ticks(_options.LeaderWait)
                : members.TrueForAll(member => member.Observation.Reach != MemberReach.Unknown);
            view = ClusterView.Build(members, mayRelay);
        }

        if (view.RoutesAs(before))
        {
            return;
        }

        if (view.Leader is not null && view.Leader != before.Leader)
        {
            var gapMilliseconds = before.Leader is null && _leaderLostAt != 0
                ? (long)_timeProvider.GetElapsedTime(_leaderLostAt, now).TotalMilliseconds
                : 0;
            LeaderFound(view.Leader, view.Term, view.IsRelay, gapMilliseconds);
        }

        _view = view;
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    /// <summary>Leaves out members of another cluster than the first configured one that answered.</summary>
    private List<(MemberEndpoint Endpoint, MemberObservation Observation)> ServingMembers()
    {
        var cluster = _members.Select(member => member.Endpoint.Observation.ClusterId).FirstOrDefault(id => id != 0);
        var serving = new List<(MemberEndpoint, MemberObservation)>(_members.Length);
        foreach (var member in _members)
        {
            var seen = member.Endpoint.Observation;
            if (seen.ClusterId != 0 && seen.ClusterId != cluster)
            {
                if (!member.IsForeign)
                {
                    member.IsForeign = true;
                    ForeignCluster(member.Endpoint, seen.ClusterId, cluster);
                }

                seen = seen with { Reach = MemberReach.Unknown };
            }

            serving.Add((member.Endpoint, seen));
        }

        return serving;
    }

    private async Task DiscoverAsync(ClusterView view, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(ProbeTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        var source = view.Leader ?? view.Readers[0];
        try
        {
            if (await source.Probe.ListMembersAsync(linked.Token) is { } list)
            {
                Adopt(list);
            }
        }
        catch (OperationCanceledException)
        {
            DiscoveryFailed(source, "no answer in time");
        }
        catch (Exception failure)
        {
            DiscoveryFailed(source, failure.Message);
        }
    }

    /// <summary>Adds members whose id no endpoint has, and drops added ones that left the cluster.</summary>
    private void Adopt(MemberListResponse list)
    {
        lock (_lock)
        {
            var known = _members.Select(member => member.Endpoint.Observation.MemberId).ToHashSet();
            var urls = _members.Select(member => member.Endpoint.Address).ToHashSet();
            foreach (var member in list.Members)
            {
                var url = member.ClientURLs.FirstOrDefault(
                    text => text.StartsWith("http://", StringComparison.Ordinal));
                if (known.Contains(member.ID) || url is null
                    || !Uri.TryCreate(url, UriKind.Absolute, out var address) || !urls.Add(address))
                {
                    continue;
                }

                // An endpoint that never answered may be this very member under another name; then one of the two stays
                // out of reach or both lead to the same place, and neither harms.
                MemberDiscovered(member.ID, address);
                _members = _members.Add(new Tracked(new MemberEndpoint(address, isConfigured: false)));
            }

            var current = list.Members.Select(member => member.ID).ToHashSet();
            foreach (var gone in _members.Where(member => !member.Endpoint.IsConfigured
                && member.Endpoint.Observation.MemberId is not 0 and var id && !current.Contains(id)).ToArray())
            {
                MemberLeft(gone.Endpoint.Observation.MemberId, gone.Endpoint);
                _members = _members.Remove(gone);
                gone.Endpoint.Abandon();
            }

            Rebuild();
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _timeProvider.TimestampFrequency);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A member with the state of looking at it, which the look in progress or the loop owns.</summary>
    private sealed class Tracked(MemberEndpoint endpoint)
    {
        private volatile bool _isBusy;

        public MemberEndpoint Endpoint { get; } = endpoint;

        public bool IsBusy
        {
            get => _isBusy;
            set => _isBusy = value;
        }

        public long LookedAt { get; set; }

        public int Misses { get; set; }

        public bool IsForeign { get; set; }
    }
}
