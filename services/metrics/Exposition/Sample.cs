namespace Etcd.Metrics.Exposition;

/// <summary>One series' value, as text: what a member wrote is passed on unchanged. Immutable.</summary>
/// <param name="Name">The series' name, such as "etcd_disk_wal_fsync_duration_seconds_bucket".</param>
/// <param name="Labels">Its labels between the braces, escaped as they stand; empty for none.</param>
/// <param name="Value">The value and, if there is one, a space and the timestamp.</param>
internal readonly record struct Sample(string Name, string Labels, string Value);
