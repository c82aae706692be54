using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Etcd.Member.Host.Buffers;

/// <summary>Gives all servers and transports the same pool.</summary>
internal sealed class BlockPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => BlockPool.Shared;
}
