namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>What a connection's first bytes say about its protocol.</summary>
internal enum PrefaceMatch
{
    /// <summary>All so far fit the HTTP/2 preface; more are needed.</summary>
    Undecided,

    /// <summary>The whole HTTP/2 preface is there.</summary>
    Yes,

    /// <summary>Not HTTP/2.</summary>
    No,
}
