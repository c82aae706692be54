using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>The distribution's etcdctl watching a prefix; its client resumes after a loss, as users' clients do.</summary>
internal sealed class EventCollector : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<long> _revisions = [];
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private TaskCompletionSource _grew = New();

    private EventCollector(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static EventCollector Start(string endpoint, string prefix, long fromRevision) =>
        new(Process.Start(EtcdctlRun.StartInfo(
            endpoint, "watch", prefix, "--prefix",
            $"--rev={fromRevision.ToString(CultureInfo.InvariantCulture)}", "-w", "json"))!);

    /// <summary>The revisions of all events so far, once the given one is among them.</summary>
    public async Task<long[]> UntilAsync(long revision, TimeSpan limit)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Task grew;
            lock (_lock)
            {
                if (_revisions.Count > 0 && _revisions[^1] >= revision)
                {
                    return [.. _revisions];
                }

                grew = _grew.Task;
            }

            try
            {
                await grew.WaitAsync(limit - waited.Elapsed);
            }
            catch (Exception error) when (error is TimeoutException or ArgumentOutOfRangeException)
            {
                throw new TimeoutException(
                    $"phase: watching; expected: revision {revision} within {limit}; "
                    + $"actual: {_revisions.Count} events, last {_revisions.LastOrDefault()}", error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var response = JsonDocument.Parse(line);
            if (!response.RootElement.TryGetProperty("Events", out var events))
            {
                continue;
            }

            lock (_lock)
            {
                foreach (var change in events.EnumerateArray())
                {
                    _revisions.Add(change.GetProperty("kv").GetProperty("mod_revision").GetInt64());
                }

                _grew.SetResult();
                _grew = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
