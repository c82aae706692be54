using System.Diagnostics;
using Etcd.Benchmarks.Limits;
using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Scale;
using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Cli;

/// <summary>Measures how cost grows: both products in turn, along one dimension after another.</summary>
internal static class ScaleCommand
{
    // A log record and its frame around a key and a value, about.
    private const int RecordOverheadBytes = 60;

    // Sockets of the largest step, and what a process needs besides.
    private const int WantedFiles = 10_500;

    public static int Run(Options arguments, CancellationToken cancellation)
    {
        var options = new ScaleOptions(arguments);
        Product[] products = Products.Of(options);
        Setting setting = Setting.Now(products[0].Version, products[1].Version);
        if (OpenFileLimit.Raise() is var files && files < WantedFiles)
        {
            Progress.Say($"only {files} files may be open: steps with more clients than that will fail");
        }

        Progress.Say("measuring disk, loopback and load client");
        PhysicalLimits limits = PhysicalLimits.Measure(
            setting, options.DataDirectory, options.ValueBytes + RecordOverheadBytes, options.Duration, cancellation);
        ScaleStore.Save(limits);
        Console.WriteLine(ConsoleTable.Aligned(limits.Rows()));
        Measure(options, products, setting, cancellation);
        if (options.Output is { } output)
        {
            ReportCommand.Write(output);
        }

        return 0;
    }

    private static void Measure(
        ScaleOptions options, Product[] products, Setting setting, CancellationToken cancellation)
    {
        using var reaper = new Reaper();
        var forecast = new ScaleForecast(
            [.. options.Dimensions.SelectMany(dimension => options.StepsOf(dimension)
                .Select(step => options.SecondsOf(dimension, step)))]);
        Progress.Say(forecast.Announcement);
        foreach (ScaleDimension dimension in options.Dimensions)
        {
            ScaleBench? bench = null;
            try
            {
                foreach (int step in options.StepsOf(dimension))
                {
                    if (!dimension.SharesServers)
                    {
                        bench?.Dispose();
                        bench = null;
                    }

                    Progress.Say($"{dimension.Name} {step:N0}: {forecast.Announcement}");
                    long start = Stopwatch.GetTimestamp();
                    bench ??= new ScaleBench(options, products, dimension.MembersAt(step), reaper, cancellation);
                    ScaleStore.Save(new ScalePoint(dimension.Name, step, setting, dimension.Measure(bench, step)));
                    forecast.StepDone(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
            finally
            {
                bench?.Dispose();
            }

            Console.WriteLine();
            Console.WriteLine(ConsoleTable.Aligned(ScaleReport.Rows(dimension, ScaleStore.Load(dimension))));
        }
    }
}
