using System.Text;

namespace GoTor.Protocol.Tests.Documents;

/// <summary>Directory documents of other projects, embedded in this assembly. Vectors/README.md names their origin.</summary>
internal static class Vector
{
    public static byte[] Read(string name)
    {
        using Stream stream = typeof(Vector).Assembly.GetManifestResourceStream("vectors/" + name)
            ?? throw new ArgumentException($"No vector named {name}.", nameof(name));
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static string ReadText(string name) => Encoding.UTF8.GetString(Read(name));
}
