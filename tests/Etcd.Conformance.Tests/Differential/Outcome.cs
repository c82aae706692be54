using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>What a member answered, without what two clusters cannot share.</summary>
/// <param name="Text">The masked response, or the error's code and text.</param>
/// <param name="Revision">The header's revision; 0 without a header.</param>
/// <param name="Response">The masked response; null for an error.</param>
/// <param name="Error">The error; null for a response.</param>
internal sealed record Outcome(string Text, long Revision, IMessage? Response, Status? Error);
