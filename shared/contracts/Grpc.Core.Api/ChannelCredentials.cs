namespace Grpc.Core;

/// <summary>How a channel is secured.</summary>
public abstract class ChannelCredentials
{
    /// <summary>Not at all.</summary>
    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    /// <summary>TLS with the system's roots.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    internal virtual bool IsComposable => false;

    /// <summary>A secured channel whose calls carry credentials.</summary>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
        new CompositeCredentials(channelCredentials, callCredentials);

    /// <summary>Tells a configurator what these credentials are.</summary>
    public abstract void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state);

    private sealed class InsecureCredentials : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(
            ChannelCredentialsConfiguratorBase configurator,
            object? state) =>
            configurator.SetInsecureCredentials(state);
    }

    private sealed class CompositeCredentials : ChannelCredentials
    {
        private readonly ChannelCredentials _channel;
        private readonly CallCredentials _call;

        public CompositeCredentials(ChannelCredentials channel, CallCredentials call)
        {
            ArgumentNullException.ThrowIfNull(channel);
            ArgumentNullException.ThrowIfNull(call);
            if (!channel.IsComposable)
            {
                throw new ArgumentException(
                    $"CallCredentials can't be composed with {channel.GetType().Name}. CallCredentials must be used "
                    + "with secure channel credentials like SslCredentials.",
                    nameof(channel));
            }

            _channel = channel;
            _call = call;
        }

        public override void InternalPopulateConfiguration(
            ChannelCredentialsConfiguratorBase configurator,
            object? state) =>
            configurator.SetCompositeCredentials(state, _channel, _call);
    }
}
