using System.Text;
using GoTor.Client.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Storage;

public sealed class StateFileTests : IDisposable
{
    // Lines as C tor 0.4.9.11 writes them, with a key that neither of us knows in between.
    private const string WrittenByTor = """
        # Tor state file last generated on 2026-11-24 10:00:00 local time
        # Other times below are in UTC
        # You *do not* need to edit this file.

        CircuitBuildTimeBin 265 1
        CircuitBuildTimeBin 275 3
        Guard in=default rsa_id=1111111111111111111111111111111111111111 nickname=alpha sampled_on=2026-11-14T00:00:00 listed=1
        FutureOption   two  spaces and "quotes" \x
        Guard in=default rsa_id=2222222222222222222222222222222222222222 nickname=beta sampled_on=2026-11-15T00:00:00 listed=1
        LastWritten 2026-11-24 10:00:00
        TotalBuildTimes 4
        TorVersion Tor 0.4.9.11

        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly DataDirectory _data;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeLogger<StateFile> _logger = new();

    public StateFileTests() => _data = DataDirectory.Open(_directory.FullPath, NullLogger<DataDirectory>.Instance);

    private string StatePath => _directory["state"];

    public void Dispose()
    {
        _data.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Open_FileOfCTor_GivesLinesInOrder()
    {
        File.WriteAllText(StatePath, WrittenByTor);
        using StateFile state = Open();
        Assert.Equal(["265 1", "275 3"], state.GetLines("CircuitBuildTimeBin"));
        Assert.Equal(["4"], state.GetLines("totalbuildtimes"));
        Assert.Equal(2, state.GetLines("Guard").Count);
        Assert.Empty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public void Save_UnknownKeys_KeepBytesAndPlace()
    {
        byte[] content = Encoding.Latin1.GetBytes(WrittenByTor.Replace("two  spaces", "two  sp\u00e4ces", StringComparison.Ordinal));
        File.WriteAllBytes(StatePath, content);
        using (StateFile state = Open())
            state.SetLines("Guard", ["in=default nickname=gamma"]);

        string[] lines = [.. Encoding.Latin1.GetString(File.ReadAllBytes(StatePath)).Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
        Assert.Equal(
            [
                "CircuitBuildTimeBin 265 1", "CircuitBuildTimeBin 275 3", "Guard in=default nickname=gamma",
                "FutureOption   two  sp\u00e4ces and \"quotes\" \\x", "LastWritten 2026-11-24 12:00:00", "TotalBuildTimes 4",
            ],
            lines[..6]);
        Assert.StartsWith("TorVersion GoTor ", lines[6], StringComparison.Ordinal);
    }

    [Fact]
    public void SetLines_SeveralChanges_WrittenTogetherWithinThirtySeconds()
    {
        using StateFile state = Open();
        state.SetLines("TotalBuildTimes", ["1"]);
        Assert.False(File.Exists(StatePath));
        _time.Advance(TimeSpan.FromSeconds(5));
        state.SetLines("TotalBuildTimes", ["2"]);
        _time.Advance(TimeSpan.FromSeconds(25));
        Assert.Contains("TotalBuildTimes 2\n", File.ReadAllText(StatePath), StringComparison.Ordinal);

        DateTime written = File.GetLastWriteTimeUtc(StatePath);
        state.SetLines("TotalBuildTimes", ["2"]);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(written, File.GetLastWriteTimeUtc(StatePath));
    }

    [Fact]
    public void Dispose_UnsavedChange_WrittenAtOnce()
    {
        StateFile state = Open();
        state.SetLines("TotalBuildTimes", ["7"]);
        state.Dispose();
        state.Dispose();
        using StateFile again = Open();
        Assert.Equal(["7"], again.GetLines("TotalBuildTimes"));
    }

    [Theory]
    [InlineData("a\nGuard b")]
    [InlineData("a\rb")]
    [InlineData("nul\0")]
    [InlineData("a # b")]
    [InlineData(" a")]
    [InlineData("\u20ac")]
    public void SetLines_ValueThatWouldNotComeBack_Refused(string value)
    {
        using StateFile state = Open();
        Assert.Throws<ArgumentException>(() => state.SetLines("Guard", [value]));
    }

    [Fact]
    public void Open_OneUnreadableLine_CostsOnlyThatLine()
    {
        File.WriteAllText(StatePath, WrittenByTor.Replace("TotalBuildTimes 4", "Total\0BuildTimes 4", StringComparison.Ordinal));
        using StateFile state = Open();
        Assert.Equal(2, state.GetLines("Guard").Count);
        Assert.Empty(state.GetLines("TotalBuildTimes"));
        Assert.Equal(LogLevel.Warning, Assert.Single(_logger.Collector.GetSnapshot()).Level);
    }

    [Fact]
    public void Open_AnyByteOfOurFileFlipped_StartsWithTheSameLines()
    {
        string[] guards = ["in=default nickname=alpha", "in=default nickname=beta"];
        using (StateFile state = Open())
            state.SetLines("Guard", guards);
        byte[] good = File.ReadAllBytes(StatePath);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(StatePath, bad);
            using StateFile state = Open();
            Assert.Equal(guards, state.GetLines("Guard"));
            File.Delete(_directory["state.0"]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    public void Open_TruncatedFile_UsesLastGoodCopyAndKeepsTheDamagedOne(int length)
    {
        using (StateFile state = Open())
            state.SetLines("Guard", ["in=default nickname=alpha"]);
        byte[] damaged = File.ReadAllBytes(StatePath)[..length];
        File.WriteAllBytes(StatePath, damaged);
        using (StateFile state = Open())
            Assert.Equal(["in=default nickname=alpha"], state.GetLines("Guard"));
        Assert.Equal(damaged, File.ReadAllBytes(_directory["state.0"]));
        Assert.Contains("alpha", File.ReadAllText(StatePath), StringComparison.Ordinal);
        Assert.Contains("state.0", Assert.Single(_logger.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RandomBytesAndNoCopy_StartsEmptyWithWarning()
    {
        byte[] noise = new byte[5000];
        new Random(7).NextBytes(noise);
        File.WriteAllBytes(StatePath, noise);
        using StateFile state = Open();
        Assert.Empty(state.GetLines("Guard"));
        Assert.NotEmpty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public void Open_RemovedFile_DoesNotBringTheOldGuardsBack()
    {
        using (StateFile state = Open())
            state.SetLines("Guard", ["in=default nickname=alpha"]);
        File.Delete(StatePath);
        using (StateFile state = Open())
            Assert.Empty(state.GetLines("Guard"));
        Assert.False(File.Exists(_directory["state.last-good"]));
    }

    [Fact]
    public void Open_DirectoryInItsPlace_RefusedWithPath()
    {
        System.IO.Directory.CreateDirectory(StatePath);
        Assert.Contains(StatePath, Assert.Throws<StorageException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrittenInTheFuture_Warns()
    {
        File.WriteAllText(StatePath, WrittenByTor.Replace("LastWritten 2026-11-24 10", "LastWritten 2026-11-24 23", StringComparison.Ordinal));
        using StateFile state = Open();
        Assert.Contains("clock", Assert.Single(_logger.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flush_DiskRefuses_WarnsOnceAndRetries()
    {
        using StateFile state = Open();
        System.IO.Directory.CreateDirectory(_directory["state.tmp/in the way"]);
        state.SetLines("TotalBuildTimes", ["1"]);
        Assert.False(state.Flush());
        Assert.False(state.Flush());
        Assert.True(state.IsFailing);
        Assert.Single(_logger.Collector.GetSnapshot());

        System.IO.Directory.Delete(_directory["state.tmp"], recursive: true);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(state.IsFailing);
        Assert.Contains("TotalBuildTimes 1\n", File.ReadAllText(StatePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetLines_FromManyThreads_LosesNothing()
    {
        using (StateFile state = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    state.SetLines($"Key{t}", [$"{i}"]);
                    if (i % 10 == 0)
                        state.Flush();
                }
            })));
        }

        using StateFile again = Open();
        Assert.All(Enumerable.Range(0, 8), t => Assert.Equal(["49"], again.GetLines($"Key{t}")));
    }

    private StateFile Open() => StateFile.Open(_data, _time, _logger);
}
