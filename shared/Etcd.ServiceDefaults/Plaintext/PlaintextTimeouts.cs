namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>How long a connection may leave its protocol open. Immutable.</summary>
/// <param name="Preface">
/// From the first byte to the decision. Kestrel's limit for request headers serves: it bounds the same kind of client.
/// </param>
internal sealed record PlaintextTimeouts(TimeSpan Preface)
{
    /// <summary>From accept to the first byte: clients may connect ahead of need, but not for ever.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(130);
}
