using System.Reflection;
using System.Xml.Linq;

namespace Etcd.Repo.Tests;

/// <summary>The files of the repository as the tests see them.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", "out", "artifacts", "node_modules", ".data", ".tools"];

    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Paths relative to the root, with forward slashes, of the files whose name matches.</summary>
    public static IEnumerable<string> Files(string pattern) => Files(new DirectoryInfo(Root), pattern);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static XDocument Project(string path) => XDocument.Load(Path.Combine(Root, path));

    /// <summary>Names of the projects that a project references, and of the packages.</summary>
    public static IEnumerable<string> References(string project) =>
        Project(project).Descendants()
            .Where(element => element.Name.LocalName is "ProjectReference" or "PackageReference")
            .Select(element => (string?)element.Attribute("Include"))
            .OfType<string>()
            .Select(include => include.EndsWith(".csproj", StringComparison.Ordinal)
                ? Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))
                : include);

    private static IEnumerable<string> Files(DirectoryInfo directory, string pattern)
    {
        foreach (var file in directory.EnumerateFiles(pattern))
        {
            yield return Path.GetRelativePath(Root, file.FullName).Replace('\\', '/');
        }

        foreach (var child in directory.EnumerateDirectories())
        {
            if (!NotOurs.Contains(child.Name))
            {
                foreach (string file in Files(child, pattern))
                {
                    yield return file;
                }
            }
        }
    }
}
