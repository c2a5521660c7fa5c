using System.Diagnostics;

namespace GoTor.AppHost.Tests;

/// <summary>Clients that answer as docker does, well or badly.</summary>
public sealed class ContainerEngineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-");

    [SkippableFact]
    public async Task Client_WithAnEngine_GivesTheEnginesVersion() =>
        Assert.Equal("28.5.2", await ContainerEngine.VersionAsync(Client("echo 28.5.2"), TimeSpan.FromSeconds(30)));

    [SkippableFact]
    public async Task Client_WithoutAnEngine_IsNone() =>
        Assert.Null(await ContainerEngine.VersionAsync(Client("echo 'Cannot connect' >&2; exit 1"), TimeSpan.FromSeconds(30)));

    [SkippableFact]
    public async Task Client_ThatPrintsNothing_IsNone() =>
        Assert.Null(await ContainerEngine.VersionAsync(Client("exit 0"), TimeSpan.FromSeconds(30)));

    [SkippableFact]
    public async Task Client_ThatHangs_IsEndedAndIsNone()
    {
        string pid = Path.Combine(_folder.FullName, "pid");

        Assert.Null(await ContainerEngine.VersionAsync(Client($"echo $$ > {pid}; exec sleep 600"), TimeSpan.FromSeconds(1)));

        if (File.Exists(pid))
        {
            int id = int.Parse(await File.ReadAllTextAsync(pid), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
        }
    }

    [Fact]
    public async Task NoClient_IsNone() =>
        Assert.Null(await ContainerEngine.VersionAsync(Path.Combine(_folder.FullName, "no-such-client"), TimeSpan.FromSeconds(30)));

    public void Dispose() => _folder.Delete(recursive: true);

    private string Client(string script)
    {
        Skip.If(OperatingSystem.IsWindows(), "The clients are shell scripts.");
        string path = Path.Combine(_folder.FullName, "client");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
