using System.Text;
using GoTor.Client.Directory.Cache;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Documents;

namespace GoTor.Client.Tests.Directory;

public sealed class DirectoryRestartTests : IDisposable
{
    private readonly string _path = System.IO.Directory.CreateTempSubdirectory("gotor-restart-").FullName;

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        System.IO.Directory.Delete(_path, recursive: true);
    }

    [Fact]
    public async Task Cached_Restart_AsksNobody()
    {
        await BootstrapAsync();
        await using DirectoryFixture second = new(path: _path);
        await second.RunUntilReadyAsync();
        await second.AdvanceAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10));
        Assert.Equal(0, second.Servers.Connections);
        Assert.All(second.Manager.Current!.Relays, relay => Assert.True(relay.IsUsable));
        Assert.Empty(second.Warnings);
    }

    [Fact]
    public async Task Cached_Expired_IsUsedWhileAGuardGivesTheNext()
    {
        TestNetwork network = await BootstrapAsync();
        await using DirectoryFixture second = new(network, path: _path, now: network.ValidUntil + TimeSpan.FromHours(5));
        second.Servers.Network = network with { ValidAfter = network.ValidUntil + TimeSpan.FromHours(4) };
        await second.RunUntilReadyAsync();
        await second.UntilAsync(() => second.Manager.Current!.ValidAfter == second.Servers.Network.ValidAfter);
        Assert.All(second.Servers.Requests, request => Assert.Equal(DirectoryServerKind.Guard, request.Server.Kind));
        Assert.Contains("If-Modified-Since: ", second.Servers.Requests[0].Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cached_TooOldToUse_IsStillADiffsBase()
    {
        TestNetwork network = await BootstrapAsync();
        await using DirectoryFixture second = new(network, path: _path, now: network.ValidUntil + TimeSpan.FromHours(30));
        second.Servers.Network = network with { ValidAfter = network.ValidUntil + TimeSpan.FromHours(29) };
        await second.RunUntilReadyAsync();
        Assert.Equal(DirectoryServerKind.Fallback, second.Servers.Requests[0].Server.Kind);
        Assert.Contains("X-Or-Diff-From-Consensus: ", second.Servers.Requests[0].Head, StringComparison.Ordinal);
        Assert.DoesNotContain(second.Servers.Requests, request => request.IsMicrodescriptors);
    }

    [Theory]
    [InlineData(DirectoryCache.Consensus, "random")]
    [InlineData(DirectoryCache.Consensus, "truncated")]
    [InlineData(DirectoryCache.Consensus, "flipped")]
    [InlineData(DirectoryCache.Consensus, "empty")]
    [InlineData(DirectoryCache.Consensus, "directory")]
    [InlineData(DirectoryCache.Certificates, "random")]
    [InlineData(DirectoryCache.Certificates, "truncated")]
    [InlineData(DirectoryCache.Certificates, "empty")]
    [InlineData(DirectoryCache.MicrodescriptorJournal, "random")]
    [InlineData(DirectoryCache.MicrodescriptorJournal, "truncated")]
    [InlineData(DirectoryCache.MicrodescriptorJournal, "flipped")]
    [InlineData(DirectoryCache.MicrodescriptorJournal, "directory")]
    public async Task Cached_Damaged_IsFetchedAgainWithOneWarning(string file, string damage)
    {
        await BootstrapAsync();
        string path = Path.Combine(_path, file);
        byte[] content = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        switch (damage)
        {
            case "random":
                new Random(1).NextBytes(content);
                break;
            case "truncated":
                content = content[..(content.Length / 2)];
                break;
            case "flipped":
                content[content.Length / 3] ^= 1;
                break;
            default:
                content = [];
                break;
        }

        if (damage == "directory")
            System.IO.Directory.CreateDirectory(path);
        else
            await File.WriteAllBytesAsync(path, content);

        await using DirectoryFixture second = new(path: _path);
        second.Run();
        await second.AdvanceUntilAsync(
            () => second.Manager.HasEnoughDirectoryInfo && second.Manager.Current!.Relays.All(relay => relay.IsUsable), TimeSpan.FromMinutes(15));
        Assert.NotEqual(0, second.Servers.Connections);
        // A flipped bit may leave a microdescriptor that parses, and that nobody lists.
        bool isSilent = damage == "empty" || (damage == "flipped" && file == DirectoryCache.MicrodescriptorJournal);
        Assert.InRange(second.Warnings.Count(), isSilent ? 0 : 1, damage == "directory" ? 3 : 1);
        await second.StopAsync();
        if (damage == "directory")
            return;

        await using DirectoryFixture third = new(path: _path);
        await third.RunUntilReadyAsync();
        Assert.Equal(0, third.Servers.Connections);
        Assert.Empty(third.Warnings);
    }

    [Fact]
    public async Task Cached_OfAnotherNetwork_IsRefused()
    {
        TestNetwork theirs = new() { Signers = TestAuthority.Theirs };
        await File.WriteAllTextAsync(Path.Combine(_path, DirectoryCache.Consensus), theirs.Consensus);
        await File.WriteAllTextAsync(Path.Combine(_path, DirectoryCache.Certificates), theirs.Certificates);
        await using DirectoryFixture fixture = new(path: _path);
        fixture.Servers.Intercept = _ => Task.FromResult<byte[]?>(FakeDirectory.Status("404 Not found"));
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        Assert.Null(fixture.Manager.Current);
    }

    [Fact]
    public async Task Unverified_Restart_AsksForCertificatesOnly()
    {
        TestNetwork network = new();
        await File.WriteAllTextAsync(Path.Combine(_path, DirectoryCache.UnverifiedConsensus), network.Consensus);
        await using DirectoryFixture fixture = new(network, path: _path);
        await fixture.RunUntilReadyAsync();
        Assert.DoesNotContain(fixture.Servers.Requests, request => request.IsConsensus);
        Assert.True(File.Exists(Path.Combine(_path, DirectoryCache.Consensus)));
        Assert.False(File.Exists(Path.Combine(_path, DirectoryCache.UnverifiedConsensus)));
    }

    [Fact]
    public async Task Files_AreInCTorsFormatsAndPrivate()
    {
        TestNetwork network = await BootstrapAsync();
        Assert.Equal(network.Consensus, await File.ReadAllTextAsync(Path.Combine(_path, DirectoryCache.Consensus)));
        string certificates = await File.ReadAllTextAsync(Path.Combine(_path, DirectoryCache.Certificates));
        Assert.Equal(TestAuthority.Ours.Select(network.CertificateOf).Order(), certificates.Split("dir-key-certificate-version")[1..].Select(part => "dir-key-certificate-version" + part).Order());
        string journal = await File.ReadAllTextAsync(Path.Combine(_path, DirectoryCache.MicrodescriptorJournal));
        Assert.StartsWith("@last-listed 2026-12-01 12:05:00\nonion-key\n", journal, StringComparison.Ordinal);
        Assert.Equal(network.Relays, journal.Split("@last-listed ").Length - 1);
        if (OperatingSystem.IsWindows())
            return;
        foreach (string file in System.IO.Directory.GetFiles(_path))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Journal_GrowsLarge_BecomesTheMainFileWithoutTheOld()
    {
        TestNetwork network = new() { Relays = 200 };
        await using DirectoryFixture fixture = new(network, path: _path);
        await fixture.RunUntilReadyAsync();
        await fixture.UntilAsync(() => fixture.Manager.Current!.Relays.All(relay => relay.IsUsable));
        await fixture.UntilAsync(() => File.Exists(Path.Combine(_path, DirectoryCache.Microdescriptors)));
        await fixture.UntilAsync(() => Count(DirectoryCache.Microdescriptors) + Count(DirectoryCache.MicrodescriptorJournal) == 200);

        // A week later with other microdescriptors: the old ones go.
        fixture.Servers.Network = network with { ValidAfter = network.ValidAfter.AddDays(8), Generation = 1 };
        fixture.Time.SetUtcNow(fixture.Servers.Network.ValidAfter);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current is { Relays: var relays } && relays.All(relay => relay.IsUsable)
            && relays[0].MicrodescriptorDigest == fixture.Servers.Network.DigestOf(0), TimeSpan.FromMinutes(10));
        await fixture.UntilAsync(() => Count(DirectoryCache.Microdescriptors) + Count(DirectoryCache.MicrodescriptorJournal) == 200);
    }

    [Fact]
    public async Task Disk_CannotBeWritten_RunsFromMemoryAndWritesLater()
    {
        // The superuser may write anywhere: a directory in each file's place stops that one, too.
        foreach (string name in (ReadOnlySpan<string>)[DirectoryCache.Consensus, DirectoryCache.Certificates, DirectoryCache.UnverifiedConsensus, DirectoryCache.MicrodescriptorJournal])
            System.IO.Directory.CreateDirectory(Path.Combine(_path, name));
        await using DirectoryFixture fixture = new(path: _path);
        await fixture.RunUntilReadyAsync();
        await fixture.UntilAsync(() => fixture.Manager.Current!.Relays.All(relay => relay.IsUsable));
        Assert.Single(fixture.Warnings, warning => warning.Contains("cannot be written", StringComparison.Ordinal));

        // Diffs apply to what is in memory.
        fixture.Servers.Network = fixture.Network.Next;
        fixture.Servers.Intercept = request => Task.FromResult(request.IsConsensus ? FakeDirectory.Packed(TestDiff.Between(fixture.Network.Consensus, fixture.Servers.Network.Consensus)) : null);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current!.ValidAfter == fixture.Network.Next.ValidAfter, TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));

        foreach (string directory in System.IO.Directory.GetDirectories(_path))
            System.IO.Directory.Delete(directory);
        await fixture.AdvanceUntilAsync(() => Count(DirectoryCache.MicrodescriptorJournal) == fixture.Network.Relays, TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(10));
        Assert.Equal(fixture.Network.Next.Consensus, await File.ReadAllTextAsync(Path.Combine(_path, DirectoryCache.Consensus)));
    }

    [Fact]
    public async Task Refresh_HappensWithinCTorsWindow()
    {
        await using DirectoryFixture fixture = new(path: _path);
        await fixture.RunUntilReadyAsync();
        int before = fixture.Servers.Requests.Count;
        fixture.Servers.Network = fixture.Network.Next;
        (DateTimeOffset start, TimeSpan length) = ConsensusSchedule.Window(new ConsensusLifetime(fixture.Network.ValidAfter, fixture.Network.FreshUntil, fixture.Network.ValidUntil));
        await fixture.AdvanceAsync(start - fixture.Time.GetUtcNow() - TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        Assert.Equal(before, fixture.Servers.Requests.Count);
        await fixture.AdvanceUntilAsync(() => fixture.Servers.Requests.Count > before, length + TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1));
        Assert.Equal(DirectoryServerKind.Guard, fixture.Servers.Requests[before].Server.Kind);
        await fixture.UntilAsync(() => fixture.Manager.Current!.ValidAfter == fixture.Network.Next.ValidAfter);
        // The relays' microdescriptors are the same: nothing more to ask for.
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(before + 1, fixture.Servers.Requests.Count);
    }

    private async Task<TestNetwork> BootstrapAsync()
    {
        await using DirectoryFixture first = new(path: _path);
        await first.RunUntilReadyAsync();
        await first.UntilAsync(() => first.Manager.Current!.Relays.All(relay => relay.IsUsable));
        await first.StopAsync();
        return first.Network;
    }

    private int Count(string file)
    {
        string path = Path.Combine(_path, file);
        return File.Exists(path) ? Encoding.ASCII.GetString(File.ReadAllBytes(path)).Split("@last-listed ").Length - 1 : 0;
    }
}
