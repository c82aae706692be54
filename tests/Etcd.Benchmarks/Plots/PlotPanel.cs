namespace Etcd.Benchmarks.Plots;

/// <summary>One pair of axes.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Unit">Of the vertical axis.</param>
/// <param name="Series">By their names' order the same in all panels; a missing figure breaks the line.</param>
internal sealed record PlotPanel(string Title, PlotUnit Unit, IReadOnlyList<IReadOnlyList<double?>> Series);
