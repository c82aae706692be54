using System.Net;
using Etcd.Metrics;
using Etcd.Metrics.Configuration;
using Etcd.Metrics.Exposition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Tests.Metrics;

public sealed class MetricsServiceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Service_gives_what_members_give_and_says_who_is_silent_or_down()
    {
        await using var good = await StartMemberAsync(context => context.Response.WriteAsync("# TYPE m gauge\nm 7\n"));
        await using var failing = await StartMemberAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var silent = await StartMemberAsync(context =>
            Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        var gone = await StartMemberAsync(_ => Task.CompletedTask);
        var goneAddress = Address(gone);
        await gone.DisposeAsync();

        await using var service = MetricsHost.Build(new MetricsOptions
        {
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Members = [Address(good), Address(failing), Address(silent), goneAddress],
            ScrapeTimeout = TimeSpan.FromSeconds(1),
            LogLevel = LogLevel.None,
        });
        await service.StartAsync();
        using var client = new HttpClient { BaseAddress = Address(service) };
        var text = await client.GetStringAsync("/metrics").WaitAsync(Limit);

        Assert.Contains($"m{{{Labels(Address(good))}}} 7\n", text, StringComparison.Ordinal);
        Assert.Contains($"up{{{Labels(Address(good))}}} 1\n", text, StringComparison.Ordinal);
        foreach (var down in new[] { Address(failing), Address(silent), goneAddress })
        {
            Assert.Contains($"up{{{Labels(down)}}} 0\n", text, StringComparison.Ordinal);
        }

        Assert.Equal(0, TextParser.Parse(text).BadLineCount);
        Assert.Equal("""{"health":"true","reason":""}""", await client.GetStringAsync("/health"));
    }

    private static string Labels(Uri address) => $"instance=\"{address.Authority}\",job=\"etcd\"";

    private static Uri Address(WebApplication app) => new(app.Urls.First());

    private static async Task<WebApplication> StartMemberAsync(RequestDelegate metrics)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/metrics", metrics);
        await app.StartAsync();
        return app;
    }
}
