namespace Etcd.Benchmarks.Servers;

/// <summary>A program that takes etcd's flags.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Program">The executable.</param>
/// <param name="Version">As it says itself.</param>
internal sealed record Product(string Name, string Program, string Version)
{
    /// <summary>Asks a program for its version.</summary>
    /// <param name="name">For the table.</param>
    /// <param name="directory">Holds the executable <c>etcd</c>.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static Product In(string name, string directory)
    {
        string program = Path.GetFullPath(Path.Combine(directory, "etcd"));
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"no program etcd in {directory}");
        }

        string output = Tool.Run(program, ["--version"]);
        string version = output.Split('\n')[0].Replace("etcd Version:", "", StringComparison.Ordinal).Trim();
        return new Product(name, program, version);
    }
}
