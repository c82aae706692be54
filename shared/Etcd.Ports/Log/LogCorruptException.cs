namespace Etcd.Ports.Log;

/// <summary>The log is damaged where a crash cannot have damaged it; the member must not start on it.</summary>
public sealed class LogCorruptException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">Full path of the damaged file.</param>
    /// <param name="offsetBytes">Offset of the damaged record from the start of the file.</param>
    /// <param name="reason">What is wrong with it.</param>
    public LogCorruptException(string file, long offsetBytes, string reason)
        : base($"log file {file} is corrupt at offset {offsetBytes}: {reason}")
    {
        File = file;
        OffsetBytes = offsetBytes;
    }

    /// <summary>Full path of the damaged file.</summary>
    public string File { get; }

    /// <summary>Offset of the damaged record from the start of the file.</summary>
    public long OffsetBytes { get; }
}
