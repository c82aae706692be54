namespace Etcd.Client;

/// <summary>How an <see cref="EtcdClient"/> reaches the cluster. Not changed after the client is made.</summary>
public sealed class EtcdClientOptions
{
    /// <summary>Client URLs of members or gateways, at least one; plain http means HTTP/2 without TLS.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>User and password, or null for none.</summary>
    public EtcdCredentials? Credentials { get; init; }

    /// <summary>Time to open a connection. A dead host must not use up a whole request's time.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time for a unary call with its retries when the call brings no deadline: above a member's own 7 s, so that the
    /// member's answer is seen. Compact and Defragment are excepted. Infinite is allowed.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts of one unary call, at least 1: a limit while all endpoints refuse at once.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>
    /// Silence before a connection with open calls is probed. Members refuse pings more frequent than 5 s.
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for the answer to such a probe; afterwards the connection is dead.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Changes the handler of each endpoint before its first use, for certificates and the like.</summary>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; init; }

    /// <summary>The clock of retries and keep-alives.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
