namespace Etcd.Conformance.Tests.Malformed;

/// <summary>What a server owes to an attack. Silence is never enough.</summary>
internal enum Demand
{
    /// <summary>An error, or the connection's or stream's end, while the attacker still waits.</summary>
    Refusal,

    /// <summary>Any answer, or the end, while the attacker still waits: the bytes mean something, but nothing good.</summary>
    Answer,

    /// <summary>The connection's end once the attacker has sent everything and its own end: more could have come.</summary>
    End,
}
