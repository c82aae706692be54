namespace Grpc.Core;

/// <summary>Credentials that each call carries.</summary>
public abstract class CallCredentials
{
    /// <summary>All of several credentials; at least two.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new Composite(credentials);

    /// <summary>Credentials that a function adds.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new Intercepted(interceptor);

    /// <summary>Tells a configurator what these credentials are.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class Composite : CallCredentials
    {
        private readonly CallCredentials[] _credentials;

        public Composite(CallCredentials[] credentials)
        {
            ArgumentNullException.ThrowIfNull(credentials);
            ArgumentOutOfRangeException.ThrowIfLessThan(credentials.Length, 2);
            _credentials = [.. credentials];
        }

        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator,
            object? state) =>
            configurator.SetCompositeCredentials(state, _credentials);
    }

    private sealed class Intercepted : CallCredentials
    {
        private readonly AsyncAuthInterceptor _interceptor;

        public Intercepted(AsyncAuthInterceptor interceptor)
        {
            ArgumentNullException.ThrowIfNull(interceptor);
            _interceptor = interceptor;
        }

        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator,
            object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, _interceptor);
    }
}
