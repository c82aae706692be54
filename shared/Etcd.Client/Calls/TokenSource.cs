using Etcd.Client.Endpoints;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client.Calls;

/// <summary>Logs in and keeps the token until the server does not know it any more. Thread-safe.</summary>
internal sealed class TokenSource(EtcdCredentials credentials, EndpointPool pool)
{
    /// <summary>Time to log in: bcrypt takes a fraction of a second on the server.</summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(10);

    private Task<string>? _token;

    /// <summary>The token, by logging in at one endpoint if there is none.</summary>
    /// <returns>Empty while authentication is off.</returns>
    public Task<string> GetAsync()
    {
        Task<string>? token = Volatile.Read(ref _token);
        if (token is { IsFaulted: false, IsCanceled: false })
        {
            return token;
        }

        Task<string> fresh = LoginAsync();
        Task<string>? other = Interlocked.CompareExchange(ref _token, fresh, token);
        return ReferenceEquals(other, token) || other is null ? fresh : other;
    }

    /// <summary>Forgets a token that a server refused, unless a newer one is there already.</summary>
    public void Forget(string token)
    {
        Task<string>? present = Volatile.Read(ref _token);
        if (present is { IsCompletedSuccessfully: true } && IsToken(present, token))
        {
            Interlocked.CompareExchange(ref _token, null, present);
        }
    }

    private static bool IsToken(Task<string> completed, string token) =>
        completed.GetAwaiter().GetResult().Equals(token, StringComparison.Ordinal);

    private async Task<string> LoginAsync()
    {
        AuthenticateRequest request = new() { Name = credentials.User, Password = credentials.Password };
        Auth.AuthClient auth = new(pool.Next().Invoker);
        try
        {
            DateTime deadline = DateTime.UtcNow + LoginTimeout;
            AuthenticateResponse response = await auth.AuthenticateAsync(request, deadline: deadline);
            return response.Token;
        }
        catch (RpcException exception) when (IsAuthOff(exception))
        {
            return string.Empty;
        }
    }

    private static bool IsAuthOff(RpcException exception) =>
        exception.ToEtcdError().Code == Protocol.Errors.EtcdErrorCode.AuthNotEnabled;
}
