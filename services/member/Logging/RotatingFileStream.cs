using System.Globalization;
using System.IO.Compression;
using Etcd.Member.Config;

namespace Etcd.Member.Logging;

/// <summary>
/// An append-only file that moves aside when it has reached its size: <c>etcd.log</c> becomes
/// <c>etcd-2026-11-21T10-13-19.950.log</c>. Used by one thread at a time.
/// </summary>
internal sealed class RotatingFileStream : Stream
{
    private const int DefaultMaxMegabytes = 100;
    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private readonly string _path;
    private readonly LogRotationConfig _limits;
    private readonly TimeProvider _time;
    private readonly long _maxBytes;
    private FileStream _file;

    /// <summary>Opens or creates the file.</summary>
    public RotatingFileStream(string path, LogRotationConfig limits, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _limits = limits;
        _time = time;
        var megabytes = limits.MaxSizeMegabytes > 0 ? limits.MaxSizeMegabytes : DefaultMaxMegabytes;
        _maxBytes = megabytes * 1024L * 1024;
        _file = Open();
    }

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => _file.Length;

    /// <inheritdoc />
    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count)
    {
        if (_file.Length > 0 && _file.Length + count > _maxBytes)
        {
            Rotate();
        }

        _file.Write(buffer, offset, count);
    }

    /// <inheritdoc />
    public override void Flush() => _file.Flush();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private void Rotate()
    {
        _file.Dispose();
        var now = _limits.LocalTime ? _time.GetLocalNow() : _time.GetUtcNow();
        var backup = BackupPrefix() + now.ToString(TimeFormat, CultureInfo.InvariantCulture) + Path.GetExtension(_path);
        File.Move(_path, backup, overwrite: true);
        _file = Open();
        if (_limits.Compress)
        {
            Compress(backup);
        }

        RemoveOld(now);
    }

    private void RemoveOld(DateTimeOffset now)
    {
        var directory = Path.GetDirectoryName(_path)!;
        var prefix = Path.GetFileName(BackupPrefix());
        var backups = Directory.GetFiles(directory, prefix + "*")
            .OrderByDescending(file => file, StringComparer.Ordinal)
            .ToList();
        for (var i = 0; i < backups.Count; i++)
        {
            var tooMany = _limits.MaxBackups > 0 && i >= _limits.MaxBackups;
            var tooOld = _limits.MaxAgeDays > 0
                && File.GetLastWriteTimeUtc(backups[i]) < now.UtcDateTime.AddDays(-_limits.MaxAgeDays);
            if (tooMany || tooOld)
            {
                File.Delete(backups[i]);
            }
        }
    }

    private static void Compress(string file)
    {
        using (var source = File.OpenRead(file))
        using (var target = File.Create(file + ".gz"))
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            source.CopyTo(gzip);
        }

        File.Delete(file);
    }

    private string BackupPrefix() => Path.Combine(
        Path.GetDirectoryName(_path)!, Path.GetFileNameWithoutExtension(_path) + "-");
}
