using System.Globalization;
using System.Xml.Linq;
using Etcd.Benchmarks.Plots;

namespace Etcd.Benchmarks.Tests;

public sealed class SvgPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Picture_is_valid_xml_with_both_series_named_and_each_figure_marked()
    {
        XElement picture = Draw([[10, 100, 1000], [20, 200, 2000]]);

        Assert.Contains(picture.Descendants(Svg + "text"), static text => text.Value == "a & b");
        Assert.Contains(picture.Descendants(Svg + "text"), static text => text.Value == "c < d");
        Assert.Contains(picture.Descendants(Svg + "text"), static text => text.Value == "etcd");
        Assert.Contains(picture.Descendants(Svg + "text"), static text => text.Value == "ours");
        Assert.Equal(3 + 1, Marks(picture, "circle", "m0").Count);
        Assert.Equal(3 + 1, Marks(picture, "rect", "m1").Count);
    }

    [Fact]
    public void Larger_figure_stands_higher_and_a_tenfold_one_as_far_up_as_the_last()
    {
        double[] heights =
        [
            .. Marks(Draw([[10, 100, 1000], [10, 10, 10]]), "circle", "m0").Skip(1)
                .Select(static mark => double.Parse(mark.Attribute("cy")!.Value, CultureInfo.InvariantCulture)),
        ];

        Assert.True(heights[0] > heights[1]);
        Assert.InRange(heights[0] - heights[1] - (heights[1] - heights[2]), -0.2, 0.2);
    }

    [Fact]
    public void Missing_figure_breaks_the_line_and_has_no_mark()
    {
        XElement picture = Draw([[10, null, 1000], [1, 2, 3]]);

        Assert.Equal(2 + 1, Marks(picture, "circle", "m0").Count);
        string path = picture.Descendants(Svg + "path")
            .Last(static path => path.Attribute("class")!.Value == "line s0").Attribute("d")!.Value;
        Assert.Equal(2, path.Count(static letter => letter == 'M'));
        Assert.DoesNotContain('L', path);
    }

    [Fact]
    public void Panel_without_figures_says_so() =>
        Assert.Contains(
            Draw([[null, null, null], [null, null, null]]).Descendants(Svg + "text"),
            static text => text.Value == "not measured");

    private static List<XElement> Marks(XElement picture, string shape, string kind) =>
        [.. picture.Descendants(Svg + shape).Where(mark => mark.Attribute("class")?.Value == kind)];

    private static XElement Draw(double?[][] series) => XElement.Parse(SvgPlot.Draw(
        "a & b", ["etcd", "ours"], [1, 10, 100], PlotUnit.Count, "clients",
        [new PlotPanel("c < d", PlotUnit.PerSecond, series)]));
}
