namespace Etcd.ServiceDefaults.Connections;

/// <summary>How many connections the listeners of a server may hold together.</summary>
public sealed class ConnectionLimitOptions
{
    /// <summary>At least 1. Those beyond it wait in the kernel's queue until others end.</summary>
    public int MaxConnections { get; set; } = int.MaxValue;
}
