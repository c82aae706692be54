using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// Linux's epoll, level-triggered: one thread waits for many sockets without a hand-over between threads, which would
/// cost more than the calls that are measured. Used by one thread.
/// </summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;

    private const int Add = 1;
    private const int Modify = 3;
    private const int MaxEvents = 256;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = EventBytes - 8;

    private readonly int _descriptor;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);

    public Epoll()
    {
        _descriptor = Create(0);
        if (_descriptor < 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>Waits for a socket to become ready.</summary>
    /// <param name="timeoutNanoseconds">How long at most; 0 looks and returns.</param>
    /// <returns>How many are ready; their tokens are at <see cref="Token"/>.</returns>
    public int Wait(long timeoutNanoseconds)
    {
        Timespec timeout = new() { Seconds = timeoutNanoseconds / 1_000_000_000, Nanoseconds = timeoutNanoseconds % 1_000_000_000 };
        fixed (byte* events = _events)
        {
            int ready = Wait(_descriptor, events, MaxEvents, &timeout, 0);
            return ready >= 0 || Marshal.GetLastPInvokeError() == Interrupted ? Math.Max(ready, 0) : throw new Win32Exception();
        }
    }

    /// <summary>The token of a ready socket.</summary>
    public int Token(int index) =>
        (int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((index * EventBytes) + TokenOffset));

    public void Register(nint socket, int token, uint interest) => Control(Add, socket, token, interest);

    public void Change(nint socket, int token, uint interest) => Control(Modify, socket, token, interest);

    public void Dispose() => _ = Close(_descriptor);

    private void Control(int operation, nint socket, int token, uint interest)
    {
        byte* value = stackalloc byte[16];
        *(uint*)value = interest;
        *(long*)(value + TokenOffset) = token;
        if (Control(_descriptor, operation, (int)socket, value) != 0)
        {
            throw new Win32Exception();
        }
    }

    private const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, byte* value);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int Wait(int epoll, byte* events, int maxEvents, Timespec* timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
