namespace Etcd.Protocol.Errors;

/// <summary>An error as a value; only the gRPC edge turns it into an exception. Immutable.</summary>
/// <param name="Code">What happened.</param>
/// <param name="Message">The exact status message on the wire.</param>
public sealed record EtcdError(EtcdErrorCode Code, string Message)
{
    /// <summary>The gRPC status on the wire.</summary>
    public GrpcStatusCode GrpcStatusCode { get; init; } = EtcdErrorTable.StatusOf(Code);

    /// <summary>The text by which Go's gRPC prints the error; watch responses carry it as cancel reason.</summary>
    public string ToGoText() => $"rpc error: code = {GrpcStatusCode} desc = {Message}";

    /// <summary>Status and message, for logs.</summary>
    public override string ToString() => $"{GrpcStatusCode}: {Message}";
}
