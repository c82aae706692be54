using Etcd.Member.Grpc;
using Etcd.Member.Metrics;
using Etcd.Storage.Bbolt;

namespace Etcd.Member.Host;

/// <summary>Gives out the present state as etcd's database file. Thread-safe.</summary>
internal sealed class DatabaseSnapshots(RunningMember member, DiskMetrics metrics, TimeProvider time)
    : IDatabaseSnapshots
{
    /// <inheritdoc />
    public ValueTask<Stream?> OpenAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var state = member.Engine.OpenSnapshot();
        try
        {
            var file = DatabaseFileWriter.Plan(state, cancellationToken);
            return new ValueTask<Stream?>(new DatabaseFileStream(
                file, state, () => metrics.BackendSnapshot.Observe(time.GetElapsedTime(start).TotalSeconds)));
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }
}
