using Grpc.Core;

namespace Etcd.Member.Json;

/// <summary>A gRPC status that the gateway answers. Immutable.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Message">Its text.</param>
internal sealed record JsonFailure(StatusCode Code, string Message)
{
    /// <summary>Such a path does not exist.</summary>
    public static readonly JsonFailure UnknownPath = new(StatusCode.NotFound, "Not Found");

    /// <summary>The path exists for POST alone.</summary>
    public static readonly JsonFailure WrongMethod = new(StatusCode.Unimplemented, "Method Not Allowed");

    /// <summary>The request is not understood.</summary>
    public static JsonFailure Invalid(string message) => new(StatusCode.InvalidArgument, message);

    /// <summary>The HTTP status of the code.</summary>
    public int HttpStatus => Code switch
    {
        StatusCode.OK => 200,
        StatusCode.Cancelled => 499,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.Unauthenticated => 401,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        _ => 500,
    };

    /// <summary>Go's name of that status; none for 499.</summary>
    public string HttpStatusText =>
        HttpStatus == 499 ? "" : Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(HttpStatus);
}
