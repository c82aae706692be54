using System.Runtime.InteropServices;

namespace Etcd.Member.Config;

/// <summary>What the member says about its version.</summary>
internal static class VersionText
{
    /// <summary>The etcd release that this member is interchangeable with.</summary>
    public const string Server = "3.5.30";

    /// <summary>Oldest cluster version that this release joins.</summary>
    public const string MinCluster = "3.0.0";

    /// <summary>Text of the source revision, which etcd prints as <c>Git SHA</c>.</summary>
    public const string Source = "Not provided";

    /// <summary>Runtime in the place of Go's version; tools read only that the field exists.</summary>
    public static string Runtime { get; } = $"dotnet{Environment.Version}";

    /// <summary>Processor architecture by Go's name.</summary>
    public static string Architecture { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Operating system by Go's name.</summary>
    public static string OperatingSystem { get; } =
        System.OperatingSystem.IsLinux() ? "linux" : System.OperatingSystem.IsMacOS() ? "darwin" : "windows";

    /// <summary>The four lines of <c>--version</c>.</summary>
    public static string Build() =>
        $"etcd Version: {Server}\nGit SHA: {Source}\n"
            + $"Go Version: {Runtime}\nGo OS/Arch: {OperatingSystem}/{Architecture}\n";
}
