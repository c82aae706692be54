using System.Globalization;
using System.Text;
using Etcd.Storage.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.DataDirectory;

/// <summary>
/// A member's exclusive hold on its data directory. The lock is the system's (<c>flock</c>) on the file
/// <c>lock</c> in the directory, so it ends with the process, however that ends. Thread-safe.
/// </summary>
public sealed partial class DataDirectoryLock : IDisposable
{
    private const string FileName = "lock";

    /// <summary>A crashed or stopping process lets go within moments; longer is worth a line in the log.</summary>
    private static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly SafeFileHandle _file;

    private DataDirectoryLock(string dataDirectory, SafeFileHandle file)
    {
        DataDirectory = dataDirectory;
        _file = file;
    }

    /// <summary>Full path of the locked directory.</summary>
    public string DataDirectory { get; }

    /// <summary>
    /// Creates a directory that only its owner may enter (0700), and the missing ones above it, durable on return;
    /// nothing happens when it exists.
    /// </summary>
    /// <exception cref="StorageException">It cannot be created.</exception>
    public static void CreateDirectory(string dataDirectory)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new StorageException("the storage needs Linux: its locks and syncs are that system's");
        }

        try
        {
            var created = new List<string>();
            for (var path = Path.GetFullPath(dataDirectory); path is not null && !Directory.Exists(path);)
            {
                created.Add(path);
                path = Path.GetDirectoryName(path);
            }

            Directory.CreateDirectory(
                dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            // A directory's name is durable once the one above it is synced.
            foreach (var path in created)
            {
                Libc.SyncDirectory(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"cannot access data directory: mkdir {dataDirectory}: {Reason(exception)}", exception);
        }
    }

    private static string Reason(Exception exception) => exception switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        _ => exception.Message,
    };

    /// <summary>
    /// Takes the lock, creating the directory first; waits while another process has it, and says so in the log
    /// after ten seconds, as etcd does.
    /// </summary>
    /// <param name="dataDirectory">The directory; created with mode 0700 when missing.</param>
    /// <param name="logger">Where a long wait is reported.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageException">The directory or its lock file cannot be opened.</exception>
    public static async Task<DataDirectoryLock> AcquireAsync(
        string dataDirectory, ILogger logger, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var noticed = false;
        while (true)
        {
            if (TryAcquire(dataDirectory, out var holder) is { } acquired)
            {
                return acquired;
            }

            if (!noticed && timeProvider.GetElapsedTime(start) >= NoticeAfter)
            {
                LogTakesLong(logger, dataDirectory, holder);
                noticed = true;
            }

            await Task.Delay(RetryInterval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock, creating the directory first, or fails at once.</summary>
    /// <param name="dataDirectory">The directory; created with mode 0700 when missing.</param>
    /// <exception cref="StorageException">Another process, named where it can be, has it; or it cannot be opened.
    /// </exception>
    public static DataDirectoryLock Acquire(string dataDirectory) =>
        TryAcquire(dataDirectory, out var holder)
        ?? throw new StorageException(
            $"the data directory {dataDirectory} is in use by {holder}: stop it, or choose another --data-dir");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static DataDirectoryLock? TryAcquire(string dataDirectory, out string holder)
    {
        var directory = Path.GetFullPath(dataDirectory);
        CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        SafeFileHandle? file = null;
        try
        {
            file = Libc.OpenOrCreate(path, Convert.ToInt32("600", 8));
            if (!Libc.TryLock(file, path))
            {
                holder = Holder(file);
                file.Dispose();
                return null;
            }

            holder = string.Empty;
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(
                file, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
            return new DataDirectoryLock(directory, file);
        }
        catch (IOException exception)
        {
            file?.Dispose();
            throw new StorageException($"cannot lock the data directory {directory}: {exception.Message}", exception);
        }
    }

    private static string Holder(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length].Trim("\n"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? string.Create(CultureInfo.InvariantCulture, $"the process with id {pid}")
            : "another process";
    }
}
