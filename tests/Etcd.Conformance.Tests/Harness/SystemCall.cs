namespace Etcd.Conformance.Tests.Harness;

/// <summary>One system call of a traced process.</summary>
/// <param name="Name">Its name, as <c>fdatasync</c>.</param>
/// <param name="Arguments">Its arguments as strace writes them: paths for descriptors, buffers as text.</param>
/// <param name="Result">What it returned; null when it had not returned by the end of the trace.</param>
/// <param name="Begin">When it was entered, as a place in the order of all entries and returns.</param>
/// <param name="End">When it returned, likewise; <see cref="int.MaxValue"/> for never.</param>
internal sealed record SystemCall(string Name, string Arguments, string? Result, int Begin, int End);
