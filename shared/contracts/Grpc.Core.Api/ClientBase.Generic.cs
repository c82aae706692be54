namespace Grpc.Core;

/// <summary>Base of generated clients, with the client's own type.</summary>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>For test doubles: calls throw.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Runs over a configuration.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>Runs over a channel.</summary>
    protected ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <summary>Runs over an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>A client that names another authority.</summary>
    public T WithHost(string host) => NewInstance(Configuration.WithHost(host));

    /// <summary>Makes another client of the same type.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
