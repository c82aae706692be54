namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource's endpoint, known by name before the resource runs.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
{
    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; } = owner;

    /// <summary>Name of the endpoint.</summary>
    public string EndpointName { get; } = endpointName;

    /// <summary>Port that clients use.</summary>
    /// <exception cref="InvalidOperationException">The resource has no such endpoint, or it has no port.</exception>
    public int Port => Annotation.Port
        ?? throw new InvalidOperationException($"endpoint {EndpointName} of {Resource.Name} has no port");

    /// <summary>Host that clients use.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>Scheme of <see cref="Url"/>.</summary>
    public string Scheme => Annotation.UriScheme;

    /// <summary>Address that clients use, without a trailing slash.</summary>
    public string Url => $"{Scheme}://{Host}:{Port}";

    private EndpointAnnotation Annotation
    {
        get
        {
            foreach (var annotation in Resource.Annotations)
            {
                if (annotation is EndpointAnnotation endpoint && endpoint.Name == EndpointName)
                {
                    return endpoint;
                }
            }

            throw new InvalidOperationException($"{Resource.Name} has no endpoint named {EndpointName}");
        }
    }

    /// <inheritdoc />
    public override string ToString() => Url;
}
