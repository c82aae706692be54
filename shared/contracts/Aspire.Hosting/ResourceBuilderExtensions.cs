using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What can be said about a resource.</summary>
public static class ResourceBuilderExtensions
{
    /// <summary>Adds a .NET project.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddResource(new ProjectResource(name)).WithAnnotation(new TProject());

    /// <summary>Adds a program.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory,
        params string[] args) =>
        builder.AddResource(new ExecutableResource(
            name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory))).WithArgs([.. args]);

    /// <summary>Adds arguments; endpoints stand for their addresses.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params object[] args)
        where T : IResourceWithArgs =>
        Annotate(builder, new CommandLineArgsCallbackAnnotation(list =>
        {
            foreach (object arg in args)
            {
                list.Add(arg);
            }
        }));

    /// <summary>Sets an environment variable.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment =>
        Annotate(builder, new EnvironmentCallbackAnnotation(variables => variables[name] = value ?? string.Empty));

    /// <summary>Sets an environment variable to an endpoint's address.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment =>
        Annotate(builder, new EnvironmentCallbackAnnotation(variables => variables[name] = endpointReference));

    /// <summary>Says on which port the resource serves HTTP.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null,
        string? env = null, bool isProxied = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(ProtocolType.Tcp, "http", name, port, targetPort, isProxied);
        if (env is not null)
        {
            Annotate(builder, new EnvironmentCallbackAnnotation(variables =>
                variables[env] = endpoint.TargetPort?.ToString(CultureInfo.InvariantCulture) ?? string.Empty));
        }

        return Annotate(builder, endpoint);
    }

    /// <summary>The named endpoint.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Resource, name);

    /// <summary>Tells the resource the addresses of all endpoints of another one.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>().ToArray())
        {
            builder.WithReference(source.GetEndpoint(endpoint.Name));
        }

        return builder;
    }

    /// <summary>Tells the resource the address of one endpoint of another one.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(
            $"services__{endpointReference.Resource.Name}__{endpointReference.EndpointName}__0", endpointReference);

    /// <summary>Starts the resource only once another one is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => Annotate(builder, new WaitAnnotation(dependency.Resource));

    /// <summary>Says how to tell that the resource is healthy.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints =>
        Annotate(builder, new HttpHealthCheckAnnotation(
            builder.GetEndpoint(endpointName ?? "http"), path ?? "/", statusCode ?? 200));

    private static IResourceBuilder<T> Annotate<T>(IResourceBuilder<T> builder, IResourceAnnotation annotation)
        where T : IResource => builder.WithAnnotation(annotation);
}
