using Etcd.Benchmarks.Reports;

namespace Etcd.Benchmarks.Tests;

public sealed class DocumentTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void Part_is_replaced_and_the_text_around_it_stays()
    {
        File.WriteAllText(_path, "before\n<!-- scale: begin -->\nold\n<!-- scale: end -->\nafter\n");

        Document.Rewrite(_path, "scale", "new\n");

        Assert.Equal("before\n<!-- scale: begin -->\nnew\n<!-- scale: end -->\nafter\n", File.ReadAllText(_path));
    }

    [Fact]
    public void Part_without_marks_is_added_at_the_end_and_replaced_the_next_time()
    {
        File.WriteAllText(_path, "text\n");

        Document.Rewrite(_path, "scale", "old\n");
        Document.Rewrite(_path, "scale", "");

        Assert.Equal("text\n\n<!-- scale: begin -->\n<!-- scale: end -->\n", File.ReadAllText(_path));
    }

    public void Dispose() => File.Delete(_path);
}
