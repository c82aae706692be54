namespace Etcd.Protocol.Errors;

/// <summary>One row of <see cref="EtcdErrorTable"/>.</summary>
/// <param name="Code">What happened.</param>
/// <param name="Status">The gRPC status on the wire.</param>
/// <param name="Text">The exact status message on the wire.</param>
internal readonly record struct EtcdErrorRow(EtcdErrorCode Code, GrpcStatusCode Status, string Text);
