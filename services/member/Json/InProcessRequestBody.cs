using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Json;

/// <summary>The messages of a call as the gRPC library reads them.</summary>
internal sealed record InProcessRequestBody(PipeReader Reader) : IRequestBodyPipeFeature;
