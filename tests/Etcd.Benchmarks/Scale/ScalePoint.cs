using Etcd.Benchmarks.Reports;

namespace Etcd.Benchmarks.Scale;

/// <summary>What was measured at one place of a dimension.</summary>
/// <param name="Dimension">Which.</param>
/// <param name="At">Where.</param>
/// <param name="Setting">On what, and when.</param>
/// <param name="Figures">The quantities that were measured.</param>
internal sealed record ScalePoint(string Dimension, long At, Setting Setting, IReadOnlyList<ScaleFigure> Figures);
