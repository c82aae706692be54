using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>A composed application, run on this machine.</summary>
public sealed class DistributedApplication
{
    private readonly IReadOnlyList<IResource> _resources;
    private readonly IConfiguration _configuration;
    private readonly string _appHostDirectory;

    internal DistributedApplication(
        IReadOnlyList<IResource> resources, IConfiguration configuration, string appHostDirectory)
    {
        _resources = resources;
        _configuration = configuration;
        _appHostDirectory = appHostDirectory;
    }

    /// <summary>Starts composing an application.</summary>
    /// <param name="args">Command line of the app host.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) =>
        new DistributedApplicationBuilder(args);

    /// <summary>Runs the application until Ctrl-C or SIGTERM.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>
    /// Runs the application until it is cancelled, by the token or by Ctrl-C or SIGTERM. The process's exit code
    /// is 1 when a resource could not be started.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        string store = _configuration["Aspire:Store:Path"] ?? Path.Combine(_appHostDirectory, "obj", ".aspire");
        await using var orchestrator = new LocalOrchestrator(_resources, Path.GetFullPath(store), Console.Out);
        Environment.ExitCode = await orchestrator.RunAsync(cancellationToken);
    }
}
