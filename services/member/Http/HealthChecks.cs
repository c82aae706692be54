using Etcd.Member.Host;
using Etcdserverpb;

namespace Etcd.Member.Http;

/// <summary>The checks behind <c>/health</c>, <c>/livez</c> and <c>/readyz</c>. Thread-safe.</summary>
internal sealed class HealthChecks(RunningMember member, TimeSpan requestTimeout)
{
    /// <summary>Checks of <c>/livez</c> by name.</summary>
    public IReadOnlyDictionary<string, Func<CancellationToken, ValueTask<string?>>> Live { get; } =
        new SortedList<string, Func<CancellationToken, ValueTask<string?>>>(StringComparer.Ordinal)
        {
            ["serializable_read"] = _ => new ValueTask<string?>(SerializableRead(member)),
        };

    /// <summary>Checks of <c>/readyz</c> by name.</summary>
    public IReadOnlyDictionary<string, Func<CancellationToken, ValueTask<string?>>> Ready { get; } =
        new SortedList<string, Func<CancellationToken, ValueTask<string?>>>(StringComparer.Ordinal)
        {
            ["data_corruption"] = _ => new ValueTask<string?>(Corruption(member)),
            ["linearizable_read"] = token => LinearizableReadAsync(member, requestTimeout, token),
            ["non_learner"] = _ => new ValueTask<string?>(Learner(member)),
            ["serializable_read"] = _ => new ValueTask<string?>(SerializableRead(member)),
        };

    /// <summary>The first active alarm that is not excluded; null when there is none.</summary>
    public AlarmMember? FindAlarm(IReadOnlySet<string> excluded) => member.IsStarted
        ? member.Node.Alarms.FirstOrDefault(alarm => !excluded.Contains(AlarmName(alarm.Alarm)))
        : null;

    /// <summary>True when a leader is known.</summary>
    public bool HasLeader => member.IsStarted && member.Node.LeaderId != 0;

    /// <summary>A read of the local state, or one that the cluster confirms; null when it works.</summary>
    public ValueTask<string?> ReadAsync(bool isSerializable, CancellationToken cancellationToken) => isSerializable
        ? new ValueTask<string?>(SerializableRead(member))
        : LinearizableReadAsync(member, requestTimeout, cancellationToken);

    /// <summary>etcd's name of an alarm.</summary>
    public static string AlarmName(AlarmType alarm) => alarm switch
    {
        AlarmType.None => "NONE",
        AlarmType.Nospace => "NOSPACE",
        AlarmType.Corrupt => "CORRUPT",
        _ => ((int)alarm).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string? SerializableRead(RunningMember member) =>
        member.IsStarted && member.Node.View.Revision > 0 ? null : "etcdserver: server stopped";

    private static string? Corruption(RunningMember member) =>
        member.IsStarted && member.Node.Alarms.Any(alarm => alarm.Alarm == AlarmType.Corrupt)
            ? "alarm activated: CORRUPT"
            : null;

    private static string? Learner(RunningMember member) =>
        member.IsStarted && member.Node.IsLearner ? "not supported for learner" : null;

    private static async ValueTask<string?> LinearizableReadAsync(
        RunningMember member, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!member.IsStarted)
        {
            return "etcdserver: server stopped";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var error = await member.Node.LinearizableReadAsync().WaitAsync(limit.Token).ConfigureAwait(false);
            return error?.Message;
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? "context canceled" : "context deadline exceeded";
        }
    }
}
