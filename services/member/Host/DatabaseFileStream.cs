using System.IO.Pipelines;
using Etcd.Ports.Engine;
using Etcd.Storage.Bbolt;

namespace Etcd.Member.Host;

/// <summary>
/// Reads a database file while it is being written: nothing of it is stored. Owns the state that it shows. Read by
/// one caller at a time, forward only.
/// </summary>
internal sealed class DatabaseFileStream : Stream
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Pipe _pipe = new();
    private readonly DatabaseFileWriter _file;
    private readonly IKvSnapshot _state;
    private readonly Action _finished;
    private readonly Stream _reader;
    private readonly Task _writing;
    private long _position;
    private bool _disposed;

    /// <summary>Starts to write.</summary>
    /// <param name="file">The planned file.</param>
    /// <param name="state">Its state, disposed of with the stream.</param>
    /// <param name="finished">Called when the stream is disposed of.</param>
    public DatabaseFileStream(DatabaseFileWriter file, IKvSnapshot state, Action finished)
    {
        _file = file;
        _state = state;
        _finished = finished;
        _reader = _pipe.Reader.AsStream();
        _writing = Task.Run(WriteAsync);
    }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => _file.SizeBytes;

    /// <inheritdoc />
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _state.Dispose();
        _stopping.Dispose();
        _finished();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        Exception? failure = null;
        try
        {
            await _file.WriteAsync(_pipe.Writer.AsStream(leaveOpen: true), appendHash: false, _stopping.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The reader gets it as the outcome of its next read.
            failure = e;
        }

        await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
    }
}
