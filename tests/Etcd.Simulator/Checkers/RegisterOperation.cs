namespace Etcd.Simulator.Checkers;

/// <summary>What a client did to one key.</summary>
internal enum RegisterKind
{
    Read,
    Write,
    Delete,
    CompareAndSwap,
}

/// <summary>
/// One operation on one key as its client saw it. Values are unique numbers; 0 stands for a key that does not exist.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Invoked">When the client asked.</param>
/// <param name="Argument">Value written, or to be written.</param>
/// <param name="Expected">Value that a compare-and-swap wants to find.</param>
internal sealed record RegisterOperation(RegisterKind Kind, long Invoked, long Argument, long Expected)
{
    /// <summary>When the answer came; <see cref="long.MaxValue"/> when none did: the operation may take effect at any
    /// later time, or never.</summary>
    public long Returned { get; set; } = long.MaxValue;

    /// <summary>Value that was read, deleted, or found by a failed compare-and-swap.</summary>
    public long Result { get; set; }

    /// <summary>What a compare-and-swap answered.</summary>
    public bool Succeeded { get; set; }

    public bool IsUnknown => Returned == long.MaxValue;

    /// <summary>The value afterwards; null when the answer cannot have come from <paramref name="value"/>.</summary>
    public long? Apply(long value) => Kind switch
    {
        RegisterKind.Read => IsUnknown || Result == value ? value : null,
        RegisterKind.Write => Argument,
        RegisterKind.Delete => IsUnknown || Result == value ? 0 : null,
        _ when IsUnknown => value == Expected ? Argument : value,
        _ when Succeeded => value == Expected ? Argument : null,
        _ => value != Expected && value == Result ? value : null,
    };
}
