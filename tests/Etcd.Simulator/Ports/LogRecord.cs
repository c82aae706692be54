using Etcd.Ports.Log;

namespace Etcd.Simulator.Ports;

/// <summary>One record of a log file: an entry, a marker, or else a hard state.</summary>
internal readonly record struct LogRecord(LogEntry? Entry, LogSnapshotMarker? Marker, LogHardState HardState);
