using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>What a server answers over HTTP, without what two servers cannot share.</summary>
internal static partial class HttpAnswer
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>Status, headers with a meaning and body, as text.</summary>
    /// <param name="url">Server and path.</param>
    /// <param name="method">The method.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="headers">Headers of the request.</param>
    public static async Task<string> OfAsync(
        string url, string method = "GET", string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        request.Content = body is null ? null : new StringContent(body);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Client.SendAsync(request);
        var told = response.Headers.Concat(response.Content.Headers)
            .Where(header => Told().IsMatch(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal);
        return $"{(int)response.StatusCode}\n{string.Join('\n', told)}\n"
            + string.Join('\n', (await response.Content.ReadAsStringAsync()).Split('\n').Select(Masked));
    }

    /// <summary>
    /// JSON in one form: etcd's library puts spaces where it likes, ids and terms differ, errors of ours have a member
    /// more, a library of etcd's writes its name with a space of another kind at times.
    /// </summary>
    public static string Masked(string body)
    {
        body = body.Replace('\u00A0', ' ');
        if (!body.StartsWith('{') || JsonNode.Parse(body) is not JsonObject json)
        {
            return body;
        }

        if (json.ContainsKey("code"))
        {
            json.Remove("error");
            json.Remove("details");
        }

        Mask(json);
        return json.ToJsonString();
    }

    private static void Mask(JsonObject json)
    {
        foreach (var (name, value) in json.ToArray())
        {
            if (name is "cluster_id" or "member_id" or "raft_term" or "memberID")
            {
                json[name] = "id";
            }
            else if (value is JsonObject inner)
            {
                Mask(inner);
            }
            else if (value is JsonArray array)
            {
                foreach (var element in array.OfType<JsonObject>())
                {
                    Mask(element);
                }
            }
        }
    }

    [GeneratedRegex("^(Content-Type|Allow|Location|Grpc-Metadata-Content-Type|Access-Control-.*)$")]
    private static partial Regex Told();
}
