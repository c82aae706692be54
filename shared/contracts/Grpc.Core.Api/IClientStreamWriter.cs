namespace Grpc.Core;

/// <summary>The client's side of a request stream.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the request stream.</summary>
    Task CompleteAsync();
}
