using System.Net;
using Etcd.ServiceDefaults.Plaintext;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Tests.Forwarding;

/// <summary>A member that counts its calls and does with them what the test says; no consensus behind it.</summary>
internal sealed class FakeMember : IAsyncDisposable
{
    private readonly FakeCluster _cluster;
    private WebApplication? _app;
    private int _puts;
    private int _ranges;
    private int _watches;

    public FakeMember(FakeCluster cluster, ulong id)
    {
        _cluster = cluster;
        Id = id;
    }

    public ulong Id { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public int Puts => Volatile.Read(ref _puts);

    public int Ranges => Volatile.Read(ref _ranges);

    public int Watches => Volatile.Read(ref _watches);

    /// <summary>What happens in a put before it is answered.</summary>
    public Func<ServerCallContext, Task>? OnPut { get; set; }

    /// <summary>What happens in a range before it is answered.</summary>
    public Func<ServerCallContext, Task>? OnRange { get; set; }

    /// <summary>What happens in a watch when a cancel request comes.</summary>
    public Func<ServerCallContext, Task>? OnWatchCancel { get; set; }

    /// <summary>Whether it answers no status any more, as a paused process.</summary>
    public bool IsHung { get; set; }

    /// <summary>Never answers.</summary>
    public static Task Hang(ServerCallContext context) =>
        Task.Delay(Timeout.Infinite, context.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Drops the connection that a call came by, as a killed process does.</summary>
    public static Task DropConnection(ServerCallContext context)
    {
        context.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        return Hang(context);
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPlaintextProtocolDetection();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenHttp1AndHttp2Plaintext(new IPEndPoint(IPAddress.Loopback, Address.Port)));
        _app = builder.Build();
        _app.MapGrpcService<KvService>();
        _app.MapGrpcService<WatchService>();
        _app.MapGrpcService<MaintenanceService>();
        _app.MapGet("/version", context => context.Response.WriteAsync("member " + Id));
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
    }

    /// <summary>Ends at once; the port refuses connections from then on, until the next start.</summary>
    public async Task KillAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => new(KillAsync());

    private ResponseHeader Header() => new() { ClusterId = 77, MemberId = Id, RaftTerm = _cluster.Term };

    private sealed class KvService(FakeMember member) : KV.KVBase
    {
        public override async Task<PutResponse> Put(PutRequest request, ServerCallContext context)
        {
            Interlocked.Increment(ref member._puts);
            await (member.OnPut?.Invoke(context) ?? Task.CompletedTask);
            return new PutResponse { Header = member.Header() };
        }

        public override async Task<RangeResponse> Range(RangeRequest request, ServerCallContext context)
        {
            Interlocked.Increment(ref member._ranges);
            await (member.OnRange?.Invoke(context) ?? Task.CompletedTask);
            return new RangeResponse { Header = member.Header(), Count = request.Key.Length };
        }
    }

    private sealed class WatchService(FakeMember member) : Watch.WatchBase
    {
        public override async Task Watch(
            IAsyncStreamReader<WatchRequest> requestStream,
            IServerStreamWriter<WatchResponse> responseStream,
            ServerCallContext context)
        {
            Interlocked.Increment(ref member._watches);
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                if (requestStream.Current.CancelRequest is not null)
                {
                    await (member.OnWatchCancel?.Invoke(context) ?? Task.CompletedTask);
                }

                await responseStream.WriteAsync(new WatchResponse { Header = member.Header(), Created = true });
            }
        }
    }

    private sealed class MaintenanceService(FakeMember member) : Maintenance.MaintenanceBase
    {
        public override async Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
        {
            if (member.IsHung)
            {
                await Hang(context);
            }

            return new StatusResponse
            {
                Header = member.Header(),
                Leader = member._cluster.LeaderId,
                RaftTerm = member._cluster.Term,
                Version = "3.5.30",
            };
        }
    }
}
