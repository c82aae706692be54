namespace Grpc.Core;

/// <summary>What a call made inside a handler inherits. The managed stack never makes one.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
