namespace Grpc.Core;

/// <summary>Learns what call credentials are made of.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>They are several.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>They are a function.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
