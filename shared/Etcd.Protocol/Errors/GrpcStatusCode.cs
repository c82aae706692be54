namespace Etcd.Protocol.Errors;

/// <summary>gRPC's status codes with their numbers, for rooms that know no gRPC library.</summary>
public enum GrpcStatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The caller cancelled.</summary>
    Canceled = 1,

    /// <summary>Anything without a better code.</summary>
    Unknown = 2,

    /// <summary>The request itself is wrong.</summary>
    InvalidArgument = 3,

    /// <summary>Out of time.</summary>
    DeadlineExceeded = 4,

    /// <summary>The named thing does not exist.</summary>
    NotFound = 5,

    /// <summary>The thing to create exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or limit is reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the system does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>Lost against a concurrent operation.</summary>
    Aborted = 10,

    /// <summary>Past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>Nobody serves this method.</summary>
    Unimplemented = 12,

    /// <summary>A broken invariant.</summary>
    Internal = 13,

    /// <summary>Not now; try again or elsewhere.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt.</summary>
    DataLoss = 15,

    /// <summary>The credentials are not valid.</summary>
    Unauthenticated = 16,
}
