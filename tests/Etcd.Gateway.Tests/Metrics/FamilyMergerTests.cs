using System.Text;
using Etcd.Metrics.Exposition;
using Etcd.Metrics.Scraping;

namespace Etcd.Gateway.Tests.Metrics;

public sealed class FamilyMergerTests
{
    [Fact]
    public void Members_share_a_family_and_keep_their_labels_apart()
    {
        const string Text = """
            # HELP etcd_server_has_leader Whether or not a leader exists.
            # TYPE etcd_server_has_leader gauge
            etcd_server_has_leader 1
            # HELP rpc Calls.
            # TYPE rpc counter
            rpc{code="OK",instance="inner"} 5
            """;

        var merged = Merge(Scrape("a:1", Text), Scrape("b:2", Text));

        Assert.StartsWith(
            """
            # HELP etcd_server_has_leader Whether or not a leader exists.
            # TYPE etcd_server_has_leader gauge
            etcd_server_has_leader{instance="a:1",job="etcd"} 1
            etcd_server_has_leader{instance="b:2",job="etcd"} 1
            # HELP rpc Calls.
            # TYPE rpc counter
            rpc{instance="a:1",job="etcd",code="OK",exported_instance="inner"} 5
            rpc{instance="b:2",job="etcd",code="OK",exported_instance="inner"} 5
            # HELP scrape_duration_seconds
            """.ReplaceLineEndings("\n"),
            merged,
            StringComparison.Ordinal);
        Assert.Contains("\nup{instance=\"a:1\",job=\"etcd\"} 1\n", merged, StringComparison.Ordinal);
        Assert.Contains("\nup{instance=\"b:2\",job=\"etcd\"} 1\n", merged, StringComparison.Ordinal);
    }

    [Fact]
    public void Member_that_is_down_is_up_zero_and_nothing_else()
    {
        var merged = Merge(Scrape("a:1", "m 1"), new MemberScrape("b:2", null, TimeSpan.FromSeconds(5)));

        Assert.Contains("up{instance=\"b:2\",job=\"etcd\"} 0\n", merged, StringComparison.Ordinal);
        Assert.Contains("scrape_duration_seconds{instance=\"b:2\",job=\"etcd\"} 5\n", merged, StringComparison.Ordinal);
        Assert.DoesNotContain("m{instance=\"b:2\"", merged, StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_text_is_well_formed_with_each_family_said_once()
    {
        var merged = Merge(
            Scrape("a:1", "# TYPE m gauge\nm 1\nbad line\n"),
            Scrape("b:2", "# TYPE m gauge\nm{x=\"y\",} 2\n"));

        Assert.Equal(0, TextParser.Parse(merged).BadLineCount);
        Assert.Equal(2, merged.Split("# TYPE m gauge\n").Length);
        Assert.Contains("scrape_lines_dropped{instance=\"a:1\",job=\"etcd\"} 1\n", merged, StringComparison.Ordinal);
    }

    private static MemberScrape Scrape(string instance, string text) =>
        new(instance, TextParser.Parse(text), TimeSpan.FromMilliseconds(3));

    private static string Merge(params MemberScrape[] scrapes) =>
        Encoding.UTF8.GetString(TextWriterFormat.Write(FamilyMerger.Merge(scrapes, "etcd")));
}
