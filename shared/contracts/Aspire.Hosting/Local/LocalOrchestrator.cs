using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// Runs the resources as processes of this machine: checks ports, starts, waits for health, reports, stops.
/// One instance runs once.
/// </summary>
internal sealed class LocalOrchestrator : IAsyncDisposable
{
    /// <summary>How long a child may take to stop by itself; a member hands over its leadership meanwhile.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private readonly List<RunningResource> _running = [];
    private readonly IReadOnlyList<IResource> _resources;
    private readonly string _logDirectory;
    private readonly TextWriter _output;
    private readonly Reaper _reaper = new();
    private readonly Lock _outputLock = new();

    public LocalOrchestrator(IReadOnlyList<IResource> resources, string storeDirectory, TextWriter output)
    {
        _resources = resources;
        _output = output;
        _logDirectory = Path.Combine(storeDirectory, "logs");
        StoreDirectory = storeDirectory;
    }

    public string StoreDirectory { get; }

    /// <summary>Runs everything until cancelled; the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle);
        using var launcher = new LauncherWatch(stop);

        IReadOnlyList<string> taken = PortCheck.FindTaken(_resources);
        if (taken.Count > 0)
        {
            foreach (string message in taken)
            {
                Say(message);
            }

            Say("Nothing was started. Stop what holds the ports, then start again.");
            return 1;
        }

        Directory.CreateDirectory(_logDirectory);
        try
        {
            await StartAllAsync(stop.Token);
            foreach (string line in ResourceTable.Render(_running))
            {
                Say(line);
            }

            Say($"State and logs are under {StoreDirectory}");
            Say("Press Ctrl-C to stop.");
            await Task.Delay(Timeout.Infinite, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (ResourceFailedException failure)
        {
            Say(failure.Message);
            return 1;
        }
        finally
        {
            await StopAllAsync();
        }

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var resource in _running)
        {
            resource.Dispose();
        }

        _reaper.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Each resource starts as soon as those it waits for are healthy.</summary>
    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var healthy = _resources.ToDictionary(
            resource => resource,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var starts = _resources.Select(StartOneAsync).ToArray();
        Task? firstFailure = null;
        await foreach (Task start in Task.WhenEach(starts))
        {
            if (!start.IsCompletedSuccessfully)
            {
                firstFailure ??= start;
                await failed.CancelAsync();
            }
        }

        await (firstFailure ?? Task.CompletedTask);

        async Task StartOneAsync(IResource resource)
        {
            foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
            {
                await healthy[wait.Resource].Task.WaitAsync(failed.Token);
            }

            var started = Stopwatch.StartNew();
            var running = Launch(resource);
            await HealthWait.UntilHealthyAsync(running, Say, failed.Token);
            Say($"{resource.Name} is healthy after {started.Elapsed.TotalSeconds:0.0} s (pid {running.ProcessId})");
            running.ReportExit(Say);
            healthy[resource].SetResult();
        }
    }

    private RunningResource Launch(IResource resource)
    {
        var running = RunningResource.Start(resource, _logDirectory);
        lock (_running)
        {
            _running.Add(running);
        }

        _reaper.Add(running.ProcessId);
        running.Exited.ContinueWith(
            _ => _reaper.Gone(running.ProcessId), CancellationToken.None,
            TaskContinuationOptions.None, TaskScheduler.Default);
        return running;
    }

    /// <summary>
    /// The last one started stops first, one after the other: later resources use earlier ones, and a member of a
    /// cluster hands its duties over to one that still runs.
    /// </summary>
    private async Task StopAllAsync()
    {
        Say("Stopping ...");
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.StopAsync(StopGrace, Say);
        }

        Say("Everything is stopped.");
    }

    private void Say(string line)
    {
        lock (_outputLock)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }
}
