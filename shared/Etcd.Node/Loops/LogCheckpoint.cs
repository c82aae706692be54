using Etcd.Ports.Log;

namespace Etcd.Node.Loops;

/// <summary>A state that the engine has made durable, to be noted in the log.</summary>
/// <param name="Marker">Its index, term and configuration.</param>
/// <param name="Done">Completed once it is noted and older segments are released.</param>
internal sealed record LogCheckpoint(LogSnapshotMarker Marker, TaskCompletionSource Done);
