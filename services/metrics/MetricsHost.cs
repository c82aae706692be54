using Etcd.Metrics.Configuration;
using Etcd.Metrics.Exposition;
using Etcd.Metrics.Scraping;
using Etcd.ServiceDefaults;
using Etcd.ServiceDefaults.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Etcd.Metrics;

/// <summary>Puts the service together.</summary>
internal static partial class MetricsHost
{
    /// <summary>Builds the application; the caller runs and disposes it.</summary>
    public static WebApplication Build(MetricsOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddServiceConsole(options.LogLevel, options.LogJson);
        builder.AddServiceDefaults("etcd-metrics");
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<MemberScraper>();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var endPoint in options.Listen)
            {
                kestrel.Listen(endPoint);
            }
        });

        var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILogger<MemberScraper>>();
        app.Lifetime.ApplicationStarted.Register(() => Serving(
            logger,
            string.Join(", ", app.Urls),
            string.Join(", ", options.Members.Select(member => member.Authority))));

        // A member that is down is a value of "up", not this service's illness.
        app.MapHealth("/health", _ => ValueTask.FromResult<string?>(null));
        app.MapGet("/metrics", async context =>
        {
            var scraper = context.RequestServices.GetRequiredService<MemberScraper>();
            var scrapes = await scraper.ScrapeAllAsync(context.RequestAborted);
            context.Response.ContentType = TextWriterFormat.ContentType;
            var text = TextWriterFormat.Write(FamilyMerger.Merge(scrapes, options.Job));
            await context.Response.Body.WriteAsync(text, context.RequestAborted);
        });
        return app;
    }
}
