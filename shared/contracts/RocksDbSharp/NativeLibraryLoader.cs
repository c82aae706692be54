using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace RocksDbSharp;

/// <summary>
/// Finds librocksdb: the system's own first, then the copy that the build put beside the program. Thread-safe.
/// </summary>
internal static class NativeLibraryLoader
{
    /// <summary>Folder beside the program that holds the copied library and what it needs.</summary>
    private const string BundledFolder = "rocksdb";

    /// <summary>The oldest release whose C API has everything that this binding calls.</summary>
    private static readonly Version OldestVersion = new(7, 8);

    private static readonly string[] SystemFolders =
    [
        "/usr/local/lib",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
    ];

    /// <summary>Makes the runtime ask <see cref="Resolve"/>; called once, before the first import.</summary>
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (libraryName != NativeMethods.Library)
        {
            return 0;
        }

        var tried = new List<string>();
        foreach (var candidate in SystemCandidates())
        {
            if (TryLoad(candidate, tried, out var handle))
            {
                return handle;
            }
        }

        var folder = Path.Combine(AppContext.BaseDirectory, BundledFolder);
        if (TryLoadBundled(folder, tried, out var bundled))
        {
            return bundled;
        }

        throw new DllNotFoundException(
            $"RocksDB's native library {OldestVersion} or newer was not found. Install it " +
            "(Debian: apt-get install -y librocksdb7.8; its name carries the version elsewhere), or rebuild on a " +
            $"machine with apt-get and dpkg-deb, which puts a copy into {folder}. " +
            (tried.Count == 0 ? "No candidate file exists." : $"Tried: {string.Join("; ", tried.Select(Refusal))}"));
    }

    private static IEnumerable<string> SystemCandidates()
    {
        // The loader's own cache knows folders that are not listed here.
        yield return "librocksdb.so.7.8";

        var found = new List<(Version Version, string Path)>();
        foreach (var folder in SystemFolders)
        {
            AddCandidates(folder, found);
        }

        foreach (var (_, path) in found.OrderBy(candidate => candidate.Version))
        {
            yield return path;
        }
    }

    private static void AddCandidates(string folder, List<(Version Version, string Path)> found)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        const string Prefix = "librocksdb.so.";
        foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*"))
        {
            var text = Path.GetFileName(path)[Prefix.Length..];
            if (!text.Contains('.', StringComparison.Ordinal))
            {
                text = string.Create(CultureInfo.InvariantCulture, $"{text}.{int.MaxValue}");
            }

            if (Version.TryParse(text, out var version) && version >= OldestVersion)
            {
                found.Add((version, path));
            }
        }
    }

    private static bool TryLoadBundled(string folder, List<string> tried, out nint handle)
    {
        handle = 0;
        if (!Directory.Exists(folder))
        {
            return false;
        }

        // A library already loaded satisfies a dependency of the same name, so no search path is needed.
        var files = Directory.EnumerateFiles(folder, "*.so*").Order(StringComparer.Ordinal).ToArray();
        foreach (var dependency in files.Where(file => !IsRocksDb(file)))
        {
            TryLoad(dependency, tried, out _);
        }

        foreach (var file in files.Where(IsRocksDb))
        {
            if (TryLoad(file, tried, out handle))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsRocksDb(string path) =>
        Path.GetFileName(path).StartsWith("librocksdb.", StringComparison.Ordinal);

    private static bool TryLoad(string nameOrPath, List<string> tried, out nint handle)
    {
        if (NativeLibrary.TryLoad(nameOrPath, out handle))
        {
            return true;
        }

        tried.Add(nameOrPath);
        return false;
    }

    /// <summary>Why the system's loader refuses a library; only asked for when no candidate was taken.</summary>
    private static string Refusal(string nameOrPath)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(nameOrPath));
            return $"{nameOrPath}: loadable only now";
        }
        catch (DllNotFoundException exception)
        {
            // The runtime's first line is general advice; behind it stands the loader's word.
            var lines = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.Length > 1 ? lines[1] : lines[0];
        }
    }
}
