namespace Etcd.Gateway.Forwarding;

/// <summary>How one attempt to forward a request ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>The client has its answer, or has gone away.</summary>
    Done,

    /// <summary>There was nobody to send it to, in all the time it may wait.</summary>
    NoMember,

    /// <summary>It is a stream, and the gateway stops.</summary>
    Refused,

    /// <summary>No byte of the request's body left for the member: nothing can have happened there.</summary>
    NotSent,

    /// <summary>Sent, and no answer began: the member may or may not have acted on it.</summary>
    Lost,

    /// <summary>The answer began and broke off.</summary>
    Broken,
}
