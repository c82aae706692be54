using System.Globalization;
using System.Text;
using Etcd.Benchmarks.Limits;
using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Reports;

namespace Etcd.Benchmarks.Scale;

/// <summary>Tables and pictures of what <c>scale</c> measured.</summary>
internal static class ScaleReport
{
    private const string Missing = "–";
    private static readonly string[] Names = ["etcd", "ours"];

    /// <summary>All that was measured, for the document; writes the pictures beside it.</summary>
    /// <param name="pictures">The folder of the pictures; each is referred to relative to the folder above.</param>
    public static string Write(string pictures)
    {
        var text = new StringBuilder();
        foreach (ScaleDimension dimension in ScaleCatalog.All)
        {
            IReadOnlyList<ScalePoint> points = ScaleStore.Load(dimension);
            if (points.Count == 0)
            {
                continue;
            }

            Directory.CreateDirectory(pictures);
            File.WriteAllText(Path.Combine(pictures, dimension.Name + ".svg"), Picture(dimension, points));
            text.Append($"\n### {dimension.Title}\n\n")
                .Append($"![{dimension.Title}: etcd and ours]({Path.GetFileName(pictures)}/{dimension.Name}.svg)\n\n")
                .Append(Origin(points[^1].Setting));
            MarkdownTable.Append(text, Rows(dimension, points));
        }

        if (ScaleStore.LoadLimits() is { } limits)
        {
            text.Append("\n### What the machine allows\n\n").Append(Origin(limits.Setting));
            MarkdownTable.Append(text, limits.Rows());
        }

        return text.ToString();
    }

    /// <summary>A dimension's table: a row for each step, etcd's figure before ours, then ours divided by etcd's.</summary>
    public static string[][] Rows(ScaleDimension dimension, IReadOnlyList<ScalePoint> points) =>
    [
        [dimension.AxisTitle, .. dimension.Quantities.Select(static quantity => quantity.Name)],
        .. points.Select(point => (string[])
        [
            PlotText.Of(point.At, dimension.AxisUnit),
            .. dimension.Quantities.Select(quantity => Cell(quantity, Find(point, quantity))),
        ]),
    ];

    /// <summary>A dimension's picture.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="points">At least one, ascending.</param>
    public static string Picture(ScaleDimension dimension, IReadOnlyList<ScalePoint> points) => SvgPlot.Draw(
        dimension.Title, Names, [.. points.Select(static point => (double)point.At)], dimension.AxisUnit,
        dimension.AxisTitle,
        [
            .. dimension.Quantities.Select(quantity => new PlotPanel(
                quantity.Name, quantity.Unit,
                [
                    [.. points.Select(point => Find(point, quantity)?.Reference)],
                    [.. points.Select(point => Find(point, quantity)?.Ours)],
                ])),
        ]);

    private static string Origin(Setting setting) =>
        $"{setting.Machine}; {setting.System}; etcd {setting.ReferenceVersion}; commit {setting.Commit}, {setting.Date}.\n\n";

    private static ScaleFigure? Find(ScalePoint point, ScaleQuantity quantity) =>
        point.Figures.FirstOrDefault(figure => figure.Quantity == quantity.Name);

    private static string Cell(ScaleQuantity quantity, ScaleFigure? figure)
    {
        string ratio = figure?.Ours / figure?.Reference is { } quotient
            ? quotient.ToString("0.00", CultureInfo.InvariantCulture) + "×"
            : Missing;
        return $"{Text(figure?.Reference, quantity.Unit)} / {Text(figure?.Ours, quantity.Unit)} ({ratio})";
    }

    private static string Text(double? value, PlotUnit unit) => value is { } known ? PlotText.Of(known, unit) : Missing;
}
