using System.Diagnostics;
using System.Globalization;

namespace Etcd.Benchmarks.Cli;

/// <summary>Says on the error output what is going on, with the time since the start.</summary>
internal static class Progress
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Say(string what) => Console.Error.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(Start).TotalSeconds,6:F1}] {what}"));
}
