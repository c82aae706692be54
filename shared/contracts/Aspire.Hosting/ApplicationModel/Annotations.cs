using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One port on which a resource listens.</summary>
public sealed class EndpointAnnotation(
    ProtocolType protocol, string? uriScheme = null, string? name = null, int? port = null, int? targetPort = null,
    bool isProxied = true) : IResourceAnnotation
{
    /// <summary>Transport.</summary>
    public ProtocolType Protocol { get; } = protocol;

    /// <summary>Scheme of the endpoint's URL.</summary>
    public string UriScheme { get; } = uriScheme ?? "http";

    /// <summary>Name, unique within the resource.</summary>
    public string Name { get; } = name ?? uriScheme ?? "http";

    /// <summary>Port that clients use.</summary>
    public int? Port { get; } = port ?? targetPort;

    /// <summary>Port on which the process listens.</summary>
    public int? TargetPort { get; } = targetPort ?? port;

    /// <summary>Whether a proxy stands between the two ports; the local orchestrator has none.</summary>
    public bool IsProxied { get; } = isProxied;
}

/// <summary>Adds arguments when the resource starts.</summary>
public sealed class CommandLineArgsCallbackAnnotation(Action<IList<object>> callback) : IResourceAnnotation
{
    /// <summary>Called once a start with the arguments so far.</summary>
    public Action<IList<object>> Callback { get; } = callback;
}

/// <summary>Sets environment variables when the resource starts.</summary>
public sealed class EnvironmentCallbackAnnotation(Action<Dictionary<string, object>> callback) : IResourceAnnotation
{
    /// <summary>Called once a start with the variables so far.</summary>
    public Action<Dictionary<string, object>> Callback { get; } = callback;
}

/// <summary>The resource starts after another one is healthy.</summary>
public sealed class WaitAnnotation(IResource resource) : IResourceAnnotation
{
    /// <summary>The resource waited for.</summary>
    public IResource Resource { get; } = resource;
}

/// <summary>The resource is healthy when a GET of a path on an endpoint answers with a status.</summary>
public sealed class HttpHealthCheckAnnotation(EndpointReference endpoint, string path, int statusCode)
    : IResourceAnnotation
{
    /// <summary>Endpoint asked.</summary>
    public EndpointReference Endpoint { get; } = endpoint;

    /// <summary>Absolute path with query.</summary>
    public string Path { get; } = path;

    /// <summary>Status expected.</summary>
    public int StatusCode { get; } = statusCode;
}

