namespace Grpc.Core;

/// <summary>Code and detail text of a finished call.</summary>
public struct Status : IEquatable<Status>
{
    /// <summary>An OK status without text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>A cancelled status without text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Creates a status.</summary>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>Creates a status with the local exception behind it.</summary>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>The code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>The text that travels with the code.</summary>
    public string Detail { get; }

    /// <summary>The local exception, never sent to a peer; null when there is none.</summary>
    public Exception? DebugException { get; }

    /// <inheritdoc />
    public override readonly string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", DebugException=\"{DebugException}\")";

    /// <inheritdoc />
    public readonly bool Equals(Status other) => StatusCode == other.StatusCode && Detail == other.Detail;

    /// <inheritdoc />
    public override readonly bool Equals(object? obj) => obj is Status other && Equals(other);

    /// <inheritdoc />
    public override readonly int GetHashCode() => HashCode.Combine(StatusCode, Detail);
}
