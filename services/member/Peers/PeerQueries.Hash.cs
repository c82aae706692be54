using System.Net;
using System.Text.Json;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

internal sealed partial class PeerQueries
{
    /// <summary>The hash of a member's history up to a revision; null with the reason when it has none.</summary>
    public async ValueTask<(HashKvJson? Answer, string Error)> HashAsync(
        ClusterMember member, ulong clusterId, long revision, CancellationToken cancellationToken)
    {
        var error = "the member has no peer URL";
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new HashKvRequestJson { Revision = revision }, PeerJson.Default.HashKvRequestJson);
        foreach (var url in member.PeerUrls)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(QuestionTimeout);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url + "/members/hashkv");
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
                request.Headers.TryAddWithoutValidation(PeerHeaders.ClusterId, MemberIds.Text(clusterId));
                using var response = await _client.SendAsync(request, limit.Token).ConfigureAwait(false);
                var answer = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return (JsonSerializer.Deserialize(answer, PeerJson.Default.HashKvJson), "");
                }

                error = System.Text.Encoding.UTF8.GetString(answer).TrimEnd('\n');
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                error = e.InnerException?.Message ?? e.Message;
            }
        }

        return (null, error);
    }
}
