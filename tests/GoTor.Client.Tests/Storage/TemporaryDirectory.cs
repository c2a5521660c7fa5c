namespace GoTor.Client.Tests.Storage;

/// <summary>A directory that a test has for itself and that goes away with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string FullPath { get; } = System.IO.Directory.CreateTempSubdirectory("gotor-test-").FullName;

    public string this[string name] => Path.Combine(FullPath, name);

    public void Dispose() => System.IO.Directory.Delete(FullPath, recursive: true);
}
