namespace Etcd.Conformance.Tests.Malformed;

/// <summary>How far a server has got with its reaction.</summary>
internal enum Reply
{
    /// <summary>Nothing that answers.</summary>
    None,

    /// <summary>It did what it was told.</summary>
    Success,

    /// <summary>It said no: a status of an error, a reset, GOAWAY.</summary>
    Refusal,
}
