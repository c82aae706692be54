using System.Diagnostics;
using System.Text;
using Etcd.Testing;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>What one call of the distribution's etcdctl printed.</summary>
internal sealed record EtcdctlRun(int ExitCode, byte[] OutputBytes, string Errors)
{
    public string Output { get; } = Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Runs etcdctl to its end.</summary>
    public static async Task<EtcdctlRun> RunAsync(string endpoints, string input, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(endpoints, arguments))
            ?? throw new InvalidOperationException("etcdctl did not start");
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await reading;
        return new EtcdctlRun(process.ExitCode, output.ToArray(), await errors);
    }

    /// <summary>How to start etcdctl with all its streams redirected.</summary>
    public static ProcessStartInfo StartInfo(string endpoints, params string[] arguments)
    {
        var start = new ProcessStartInfo(ReferenceEtcd.Ctl)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ETCDCTL_API"] = "3";
        start.Environment["ETCDCTL_ENDPOINTS"] = endpoints;
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
