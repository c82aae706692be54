using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>One child process, leader of a session of its own, with its output in a log file. Thread-safe.</summary>
internal sealed class RunningResource : IDisposable
{
    private readonly Process _process;
    private volatile bool _stopping;

    private RunningResource(IResource resource, Process process, string logFile)
    {
        Resource = resource;
        LogFile = logFile;
        _process = process;
        ProcessId = process.Id;
        Exited = process.WaitForExitAsync();
    }

    public IResource Resource { get; }

    public string LogFile { get; }

    public int ProcessId { get; }

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited { get; }

    /// <summary>Starts a resource.</summary>
    /// <param name="resource">A project or an executable.</param>
    /// <param name="logDirectory">Folder of the log files; the former log is kept once.</param>
    public static RunningResource Start(IResource resource, string logDirectory)
    {
        string logFile = Path.Combine(logDirectory, $"{resource.Name}.log");
        if (File.Exists(logFile))
        {
            File.Move(logFile, Path.Combine(logDirectory, $"{resource.Name}.previous.log"), overwrite: true);
        }

        // The shell only opens the log and makes room for the program, so that the child writes its log by itself
        // and needs nobody who reads from it.
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            ArgumentList = { "sh", "-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", logFile },
        };
        AddCommand(resource, start);
        foreach (var (name, value) in ResourceEnvironment.Of(resource))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)
            ?? throw new ResourceFailedException($"{resource.Name} could not be started: setsid did not run");
        return new RunningResource(resource, process, logFile);
    }

    /// <summary>Says so when the process ends before it is asked to.</summary>
    public void ReportExit(Action<string> say) =>
        Exited.ContinueWith(
            _ =>
            {
                if (!_stopping)
                {
                    say(DescribeExit());
                }
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>How the process ended, with the last lines of its log.</summary>
    public string DescribeExit()
    {
        string[] lines = File.Exists(LogFile) ? File.ReadAllLines(LogFile) : [];
        string tail = string.Join(Environment.NewLine, lines.TakeLast(15).Select(line => $"  {Resource.Name} | {line}"));
        return $"{Resource.Name} ended with exit code {_process.ExitCode}. Its log is {LogFile}"
            + (tail.Length == 0 ? "." : $":{Environment.NewLine}{tail}");
    }

    /// <summary>Asks the process group to stop, and kills what is left after the grace.</summary>
    public async Task StopAsync(TimeSpan grace, Action<string> say)
    {
        _stopping = true;
        if (!Exited.IsCompleted)
        {
            ProcessGroup.Terminate(ProcessId);
            try
            {
                await Exited.WaitAsync(grace);
            }
            catch (TimeoutException)
            {
                say($"{Resource.Name} did not stop within {grace.TotalSeconds:0} s and is killed.");
            }
        }

        ProcessGroup.Kill(ProcessId);
        await Exited;
    }

    public void Dispose() => _process.Dispose();

    private static void AddCommand(IResource resource, ProcessStartInfo start)
    {
        switch (resource)
        {
            case ProjectResource:
                var project = resource.Annotations.OfType<IProjectMetadata>().Single();
                string target = DistributedApplicationBuilder.AssemblyMetadata(project.ProjectPath)
                    ?? throw new ResourceFailedException(
                        $"{resource.Name}: the app host was built without {project.ProjectPath}; build it again.");
                start.ArgumentList.Add(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet");
                start.ArgumentList.Add(target);
                break;
            case ExecutableResource executable:
                start.ArgumentList.Add(executable.Command);
                start.WorkingDirectory = executable.WorkingDirectory;
                break;
            default:
                throw new ResourceFailedException($"{resource.Name}: no process belongs to a {resource.GetType().Name}");
        }

        var arguments = new List<object>();
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            callback.Callback(arguments);
        }

        foreach (object argument in arguments)
        {
            start.ArgumentList.Add(argument.ToString() ?? string.Empty);
        }
    }
}
