using System.Globalization;
using System.Security;
using System.Text;

namespace Etcd.Benchmarks.Plots;

/// <summary>
/// Draws panels that share the horizontal axis as an SVG picture, readable on light and on dark pages. Series differ by
/// colour and by the shape of their marks.
/// </summary>
internal sealed class SvgPlot
{
    private const int Columns = 2;
    private const int PanelWidth = 400;
    private const int PanelHeight = 250;
    private const int HeadHeight = 52;
    private const int Left = 66;
    private const int Right = 18;
    private const int Top = 30;
    private const int Bottom = 44;
    private const int MarkRadius = 4;

    private const string Font = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

    private const string Style = """
        <style>
        .page { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .grid { stroke: #d1d9e0 } .axis { stroke: #818b98 }
        .line { fill: none; stroke-width: 2 } .s0 { stroke: #bc4c00 } .m0 { fill: #bc4c00 } .s1 { stroke: #0969da } .m1 { fill: #0969da }
        @media (prefers-color-scheme: dark) {
        .page { fill: #0d1117 } .ink { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #2f353d } .axis { stroke: #656c76 }
        .s0 { stroke: #f0883e } .m0 { fill: #f0883e } .s1 { stroke: #58a6ff } .m1 { fill: #58a6ff } }
        </style>
        """;

    private readonly StringBuilder _svg = new();
    private readonly PlotAxis _across;
    private readonly IReadOnlyList<double> _at;
    private readonly PlotUnit _atUnit;
    private readonly string _atTitle;

    private SvgPlot(IReadOnlyList<double> at, PlotUnit atUnit, string atTitle)
    {
        _at = at;
        _across = PlotAxis.Of(at);
        _atUnit = atUnit;
        _atTitle = atTitle;
    }

    /// <summary>Draws.</summary>
    /// <param name="title">Above all panels.</param>
    /// <param name="names">Of the series, two at most.</param>
    /// <param name="at">Places on the horizontal axis, ascending, above 0, at least one; each series has a figure for each.</param>
    /// <param name="atUnit">Their unit.</param>
    /// <param name="atTitle">What they are.</param>
    /// <param name="panels">At least one.</param>
    public static string Draw(
        string title, IReadOnlyList<string> names, IReadOnlyList<double> at, PlotUnit atUnit, string atTitle,
        IReadOnlyList<PlotPanel> panels) => new SvgPlot(at, atUnit, atTitle).Draw(title, names, panels);

    private string Draw(string title, IReadOnlyList<string> names, IReadOnlyList<PlotPanel> panels)
    {
        int rows = (panels.Count + Columns - 1) / Columns;
        int width = Math.Min(Columns, panels.Count) * PanelWidth;
        int height = HeadHeight + (rows * PanelHeight);
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" """);
        Line($"""font-family="{Font}" font-size="11">""");
        Line($"<title>{Escaped(title)}</title>");
        _svg.Append(Style).Append('\n');
        Line($"""<rect class="page" width="{width}" height="{height}"/>""");
        Line($"""<text class="ink" x="16" y="24" font-size="15" font-weight="600">{Escaped(title)}</text>""");
        Legend(names);
        for (int i = 0; i < panels.Count; i++)
        {
            Line($"""<g transform="translate({i % Columns * PanelWidth},{HeadHeight + (i / Columns * PanelHeight)})">""");
            Draw(panels[i]);
            Line($"</g>");
        }

        Line($"</svg>");
        return _svg.ToString();
    }

    private void Legend(IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            int x = 16 + (i * 90);
            Line($"""<path class="line s{i}" d="M{x} 40h26"/>""");
            Mark(i, x + 13, 40);
            Line($"""<text class="ink" x="{x + 34}" y="44" font-size="12">{Escaped(names[i])}</text>""");
        }
    }

    private void Draw(PlotPanel panel)
    {
        Line($"""<text class="ink" x="{Left}" y="18" font-size="12" font-weight="600">{Escaped(panel.Title)}</text>""");
        double[] all = [.. panel.Series.SelectMany(static series => series).OfType<double>()];
        if (all.Length == 0)
        {
            Line($"""<text class="soft" x="{Left}" y="{PanelHeight / 2}">not measured</text>""");
            return;
        }

        PlotAxis up = PlotAxis.For(all);
        foreach (double tick in up.Ticks)
        {
            double y = Y(up, tick);
            Line($"""<path class="grid" d="M{Left} {y:0.#}H{PanelWidth - Right}"/>""");
            Line($"""<text class="soft" x="{Left - 7}" y="{y + 4:0.#}" text-anchor="end">{PlotText.Of(tick, panel.Unit)}</text>""");
        }

        int floor = PanelHeight - Bottom;
        foreach (double tick in _across.Ticks)
        {
            Line($"""<path class="axis" d="M{X(tick):0.#} {floor}v4"/>""");
            Line($"""<text class="soft" x="{X(tick):0.#}" y="{floor + 17}" text-anchor="middle">{PlotText.Of(tick, _atUnit)}</text>""");
        }

        Line($"""<path class="axis" d="M{Left} {floor}H{PanelWidth - Right}"/>""");
        int middle = (Left + PanelWidth - Right) / 2;
        Line($"""<text class="soft" x="{middle}" y="{floor + 33}" text-anchor="middle">{Escaped(_atTitle)}</text>""");
        for (int i = 0; i < panel.Series.Count; i++)
        {
            Draw(i, panel.Series[i], up);
        }
    }

    private void Draw(int number, IReadOnlyList<double?> series, PlotAxis up)
    {
        var path = new StringBuilder();
        bool broken = true;
        for (int i = 0; i < series.Count; i++)
        {
            if (series[i] is { } figure)
            {
                path.Append(CultureInfo.InvariantCulture, $"{(broken ? 'M' : 'L')}{X(_at[i]):0.#} {Y(up, figure):0.#}");
            }

            broken = series[i] is null;
        }

        Line($"""<path class="line s{number}" d="{path}"/>""");
        for (int i = 0; i < series.Count; i++)
        {
            if (series[i] is { } figure)
            {
                Mark(number, X(_at[i]), Y(up, figure));
            }
        }
    }

    private void Mark(int number, double x, double y)
    {
        if (number == 0)
        {
            Line($"""<circle class="m0" cx="{x:0.#}" cy="{y:0.#}" r="{MarkRadius}"/>""");
        }
        else
        {
            double size = 2 * MarkRadius;
            Line($"""<rect class="m{number}" x="{x - MarkRadius:0.#}" y="{y - MarkRadius:0.#}" width="{size}" height="{size}"/>""");
        }
    }

    // Half a mark and half a number are kept free at both ends.
    private double X(double value) => Left + 14 + (_across.Place(value) * (PanelWidth - Left - Right - 28));

    private static double Y(PlotAxis up, double value) =>
        PanelHeight - Bottom - (up.Place(value) * (PanelHeight - Top - Bottom));

    private void Line(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escaped(string text) => SecurityElement.Escape(text);
}
