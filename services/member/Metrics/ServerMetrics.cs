using System.Collections.Concurrent;
using Etcd.Member.Config;
using Etcd.Member.Host;
using Etcd.Member.Metrics.Exposition;
using Etcd.Member.Peers;
using Etcd.Node;
using Etcd.Node.Diagnostics;

namespace Etcd.Member.Metrics;

/// <summary>Series of server, raft and alarms, read from the running member (metrics.md §1). Thread-safe.</summary>
internal sealed class ServerMetrics
{
    private readonly HistogramFamily _applies;
    private readonly ConcurrentDictionary<(bool IsV2, string Operation, bool Succeeded), Histogram> _appliesOf = new();
    private readonly RunningMember _member;

    /// <summary>Adds the families; before the member runs, they show zeros.</summary>
    public ServerMetrics(MetricRegistry registry, RunningMember member, long quotaBytes)
    {
        _member = member;
        AddRaft(registry);
        AddIdentity(registry);
        AddAlarms(registry);
        registry.GaugeFrom(
            "etcd_server_quota_backend_bytes",
            "Current backend storage quota size in bytes.",
            () => quotaBytes);
        LearnerPromoteSuccesses = registry.Counter(
            "etcd_server_learner_promote_successes", "The total number of successful learner promotions.");
        LearnerPromoteFailures = registry.Counters(
            "etcd_server_learner_promote_failures", "The total number of failed learner promotions.", "Reason");
        _applies = registry.Histograms(
            "etcd_server_apply_duration_seconds",
            "The latency distributions of v2 apply called by backend.",
            Buckets.Apply,
            "version",
            "op",
            "success");
    }

    /// <summary>Learners promoted through this member.</summary>
    public Counter LearnerPromoteSuccesses { get; }

    /// <summary>Promotions refused, by reason.</summary>
    public CounterFamily LearnerPromoteFailures { get; }

    /// <summary>Observes an applied request.</summary>
    public void ObserveApply(bool isV2, string operation, bool succeeded, double seconds) =>
        _appliesOf.GetOrAdd(
            (isV2, operation, succeeded),
            static (key, family) => family.Of(
                key.IsV2 ? "v2" : "v3", key.Operation, key.Succeeded ? "true" : "false"),
            _applies).Observe(seconds);

    private void AddRaft(MetricRegistry registry)
    {
        Gauge("has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.", n => n.LeaderId != 0 ? 1 : 0);
        Gauge("is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.", n => n.IsLeader ? 1 : 0);
        Gauge("is_learner", "Whether or not this member is a learner. 1 if is, 0 otherwise.", n => n.IsLearner ? 1 : 0);
        Gauge("proposals_committed_total", "The total number of consensus proposals committed.", n => n.CommittedIndex);
        Gauge("proposals_applied_total", "The total number of consensus proposals applied.", n => n.AppliedIndex);
        Measure("gauge", "proposals_pending", "The current number of pending proposals to commit.",
            m => m.ProposalsPending);
        Measure("counter", "proposals_failed_total", "The total number of failed proposals seen.",
            m => m.ProposalsFailed);
        Measure("counter", "leader_changes_seen_total", "The number of leader changes seen.", m => m.LeaderChangesSeen);
        Measure(
            "counter",
            "heartbeat_send_failures_total",
            "The total number of leader heartbeat send failures (likely overloaded from slow disk).",
            m => m.HeartbeatSendFailures);
        Measure(
            "counter",
            "slow_apply_total",
            "The total number of slow apply requests (likely overloaded from slow disk).",
            m => m.SlowApplies);
        Measure(
            "counter",
            "slow_read_indexes_total",
            "The total number of pending read indexes not in sync with leader's or timed out read index requests.",
            m => m.SlowReadIndexes);
        Measure(
            "counter",
            "read_indexes_failed_total",
            "The total number of failed read indexes seen.",
            m => m.ReadIndexesFailed);
        Measure(
            "gauge",
            "snapshot_apply_in_progress_total",
            "1 if the server is applying the incoming snapshot. 0 if none.",
            m => m.SnapshotAppliesInProgress);
        registry.CounterFrom(
            "etcd_debugging_server_lease_expired_total",
            "The total number of expired leases.",
            () => _member.IsStarted ? _member.Node.Metrics.LeasesExpired : 0);

        void Gauge(string name, string help, Func<MemberNode, double> read) => registry.GaugeFrom(
            "etcd_server_" + name, help, () => _member.IsStarted ? read(_member.Node) : 0);

        void Measure(string type, string name, string help, Func<NodeMetrics, double> read)
        {
            double Read() => _member.IsStarted ? read(_member.Node.Metrics) : 0;
            if (type == "gauge")
            {
                registry.GaugeFrom("etcd_server_" + name, help, Read);
            }
            else
            {
                registry.CounterFrom("etcd_server_" + name, help, Read);
            }
        }
    }

    private void AddIdentity(MetricRegistry registry)
    {
        registry.GaugesFrom("etcd_server_id", "Server or member ID in hexadecimal format. 1 for 'server_id' label.",
            () =>
            One("server_id", _member.IsStarted ? MemberIds.Text(_member.Node.MemberId) : null));
        registry.GaugesFrom("etcd_server_version", "Which version is running. 1 for 'server_version' label.", () =>
            One("server_version", VersionText.Server));
        registry.GaugesFrom(
            "etcd_server_go_version", "Which Go version server is running with. 1 for 'server_go_version' label.", () =>
            One("server_go_version", VersionText.Runtime));
        registry.GaugesFrom(
            "etcd_cluster_version",
            "Which version is running. 1 for 'cluster_version' label with current cluster version", () =>
            One("cluster_version", _member.IsStarted ? _member.Node.Membership.Version?.ToMajorMinor() : null));

        static IEnumerable<(string Labels, double Value)> One(string name, string? value) =>
            value is null ? [] : [(LabelSet.Format([name], [value]), 1)];
    }

    private void AddAlarms(MetricRegistry registry) => registry.GaugesFrom(
        "etcd_debugging_server_alarms",
        "Alarms for every member in cluster. 1 for 'server_id' label with current ID. 2 for 'alarm_type' label",
        () => _member.IsStarted
            ? _member.Node.Alarms.Select(alarm => (
                LabelSet.Format(
                    ["server_id", "alarm_type"],
                    [MemberIds.Text(alarm.MemberID), Http.HealthChecks.AlarmName(alarm.Alarm)]),
                1.0))
            : []);
}
