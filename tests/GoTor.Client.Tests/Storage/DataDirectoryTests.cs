using System.Diagnostics;
using System.Globalization;
using GoTor.Client.Storage;
using Microsoft.Extensions.Logging.Testing;

namespace GoTor.Client.Tests.Storage;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeLogger<DataDirectory> _logger = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_MissingDirectory_CreatesItPrivate()
    {
        using DataDirectory data = Open(_directory["a/b"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["a/b"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.PathOf("lock")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Subdirectory("keys")));
    }

    [Fact]
    public void Open_DirectoryOpenToOthers_CorrectedWithWarning()
    {
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_111_111);
        using DataDirectory data = Open(_directory.FullPath);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_directory.FullPath));
        Assert.Contains(_directory.FullPath, _logger.LatestRecord.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Open_ForeignOwner_Refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can give a directory away");
        System.IO.Directory.CreateDirectory(_directory["theirs"]);
        AtomicFileTests.Run("chown", "65534", _directory["theirs"]);
        Assert.Contains("65534", Assert.Throws<StorageException>(() => Open(_directory["theirs"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileOrLinkInItsPlace_Refused()
    {
        File.WriteAllText(_directory["file"], "");
        System.IO.Directory.CreateSymbolicLink(_directory["link"], _directory.FullPath);
        Assert.Contains(_directory["file"], Assert.Throws<StorageException>(() => Open(_directory["file"])).Message, StringComparison.Ordinal);
        Assert.Contains("symbolic link", Assert.Throws<StorageException>(() => Open(_directory["link"] + "/")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_InUse_RefusedAndNamesTheProcess()
    {
        using (Open(_directory.FullPath))
        {
            string message = Assert.Throws<StorageException>(() => Open(_directory.FullPath)).Message;
            if (OperatingSystem.IsLinux())
                Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
        }

        Open(_directory.FullPath).Dispose();
    }

    [SkippableFact]
    public void Open_LockHeldByOtherProgramWithFlock_RefusedUntilItIsKilled()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "flock(1), which locks as C tor does, is not here");
        File.WriteAllText(_directory["lock"], "");
        ProcessStartInfo start = new("/usr/bin/flock", ["-o", _directory["lock"], "-c", "echo locked; exec sleep 1000"]) { RedirectStandardOutput = true };
        using Process holder = Process.Start(start)!;
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        Assert.Throws<StorageException>(() => Open(_directory.FullPath));
        holder.Kill(entireProcessTree: true);
        holder.WaitForExit();
        Open(_directory.FullPath).Dispose();
    }

    [SkippableFact]
    public void Open_WhileHeld_CTorRefusesToo()
    {
        const string Tor = "/usr/sbin/tor";
        Skip.IfNot(File.Exists(Tor), "Debian's tor is not here");
        using DataDirectory data = Open(_directory.FullPath);
        ProcessStartInfo start = new(Tor, ["-f", _directory["torrc"], "--allow-missing-torrc", "--defaults-torrc", _directory["torrc"], "--DataDirectory", _directory.FullPath,
            "--SocksPort", "0", "--DisableNetwork", "1", "--Log", "notice stdout"]) { RedirectStandardOutput = true };
        using Process tor = Process.Start(start)!;
        string output = tor.StandardOutput.ReadToEnd();
        tor.WaitForExit();
        Assert.Contains("another Tor process", output, StringComparison.Ordinal);
        Assert.NotEqual(0, tor.ExitCode);
    }

    [SkippableFact]
    public void Open_ReadOnlyFileSystem_SaysSo()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a read-only disk");
        System.IO.Directory.CreateDirectory(_directory["disk"]);
        Skip.IfNot(AtomicFileTests.Run("mount", "-t", "tmpfs", "-o", "ro,mode=0700", "tmpfs", _directory["disk"]), "mounting is not allowed here");
        try
        {
            string message = Assert.Throws<StorageException>(() => Open(_directory["disk"])).Message;
            Assert.Contains("Read-only file system", message, StringComparison.Ordinal);
            Assert.Contains(_directory["disk"], message, StringComparison.Ordinal);
        }
        finally
        {
            AtomicFileTests.Run("umount", _directory["disk"]);
        }
    }

    private DataDirectory Open(string path) => DataDirectory.Open(path, _logger);
}
