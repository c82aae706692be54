namespace Etcd.Member.Json;

/// <summary>What was read of a body: a value, an error, or neither at its end. Immutable.</summary>
/// <param name="Value">One JSON value in UTF-8, without the white space around it; null if there is none.</param>
/// <param name="Error">Why there is none; null at the end of the body.</param>
internal readonly record struct JsonText(byte[]? Value, JsonFailure? Error);
