using System.Diagnostics;
using System.Text;
using GoTor.Client.Storage;

namespace GoTor.Client.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_NewAndExistingFile_ReplacesWholeContentAndIsPrivate()
    {
        string path = _directory["file"];
        AtomicFile.Write(path, "a longer first content"u8);
        AtomicFile.Write(path, "second"u8);

        Assert.Equal("second", Encoding.ASCII.GetString(AtomicFile.Read(path, 100)!));
        Assert.Equal(["file"], System.IO.Directory.GetFileSystemEntries(_directory.FullPath).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Write_AfterCrashBetweenWriteAndRename_Succeeds()
    {
        File.WriteAllText(_directory["file.tmp"], "half of some");
        AtomicFile.Write(_directory["file"], "whole"u8);
        Assert.False(File.Exists(_directory["file.tmp"]));
        Assert.Equal("whole", File.ReadAllText(_directory["file"]));
    }

    [Fact]
    public void Write_TemporaryNameIsLinkToElsewhere_LeavesItsTargetAlone()
    {
        File.WriteAllText(_directory["precious"], "precious");
        File.CreateSymbolicLink(_directory["file.tmp"], _directory["precious"]);
        AtomicFile.Write(_directory["file"], "x"u8);
        Assert.Equal("precious", File.ReadAllText(_directory["precious"]));
    }

    [Fact]
    public void ReadAndWrite_SymbolicLink_RefusedWithPath()
    {
        File.WriteAllText(_directory["target"], "precious");
        File.CreateSymbolicLink(_directory["file"], _directory["target"]);

        Assert.Contains(_directory["file"], Assert.Throws<StorageException>(() => AtomicFile.Read(_directory["file"], 100)).Message, StringComparison.Ordinal);
        Assert.Contains("symbolic link", Assert.Throws<StorageException>(() => AtomicFile.Write(_directory["file"], "x"u8)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_directory["target"]));
    }

    [Fact]
    public void ReadAndWrite_Directory_RefusedWithPath()
    {
        System.IO.Directory.CreateDirectory(_directory["state"]);
        Assert.Contains(_directory["state"], Assert.Throws<StorageException>(() => AtomicFile.Read(_directory["state"], 100)).Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => AtomicFile.Write(_directory["state"], "x"u8));
    }

    [SkippableFact]
    public void Read_Fifo_RefusedWithoutWaiting()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "FIFOs are made with mkfifo");
        using (Process mkfifo = Process.Start("mkfifo", _directory["file"]))
            mkfifo.WaitForExit();
        Assert.Throws<StorageException>(() => AtomicFile.Read(_directory["file"], 100));
        Assert.Throws<StorageException>(() => AtomicFile.Write(_directory["file"], "x"u8));
    }

    [Fact]
    public void Read_MissingFile_IsNull() => Assert.Null(AtomicFile.Read(_directory["none"], 100));

    [Fact]
    public void Read_TooLongFile_Refused()
    {
        File.WriteAllBytes(_directory["file"], new byte[101]);
        Assert.Throws<StorageException>(() => AtomicFile.Read(_directory["file"], 100));
        Assert.Equal(101, AtomicFile.Read(_directory["file"], 101)!.Length);
    }

    [SkippableFact]
    public void Write_DiskFull_KeepsWhatWasThere()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "a full disk is a small tmpfs, which only root can mount");
        string disk = _directory["disk"];
        System.IO.Directory.CreateDirectory(disk);
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk), "mounting a tmpfs is not allowed here");
        try
        {
            string path = Path.Combine(disk, "file");
            AtomicFile.Write(path, "old"u8);
            StorageException e = Assert.Throws<StorageException>(() => AtomicFile.Write(path, new byte[1024 * 1024]));
            Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.False(File.Exists(path + ".tmp"));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    internal static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
