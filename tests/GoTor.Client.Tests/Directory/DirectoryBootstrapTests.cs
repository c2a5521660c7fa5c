using System.Text;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Cache;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Directory;

public class DirectoryBootstrapTests
{
    [Fact]
    public async Task Cold_FetchesConsensusThenCertificatesThenMicrodescriptorsFromGuards()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Relays = 120 });
        await fixture.RunUntilReadyAsync();
        await fixture.UntilAsync(() => fixture.Manager.Current!.Relays.All(relay => relay.IsUsable));

        IReadOnlyList<SeenRequest> requests = fixture.Servers.Requests;
        Assert.All(requests.Where(request => !request.IsMicrodescriptors), request => Assert.Equal(DirectoryServerKind.Fallback, request.Server.Kind));
        // Whoever gave the consensus gave the certificates: of every authority at once, as C tor asks on its first start.
        Assert.Equal("/tor/keys/fp/" + string.Join('+', TestAuthority.Ours.Select(authority => authority.Identity)), Assert.Single(requests, request => request.IsCertificates).Path);
        SeenRequest[] micros = [.. requests.Where(request => request.IsMicrodescriptors)];
        Assert.All(micros, request => Assert.Equal(DirectoryServerKind.Guard, request.Server.Kind));
        // 120 in three requests of 40, each to another guard: no cache sees or answers all.
        Assert.Equal([40, 40, 40], micros.Select(request => request.Digests.Length));
        Assert.Equal(3, micros.Select(request => request.Server.Identity).Distinct().Count());
        Assert.Equal(75, fixture.Bootstrap.Current.Percent);
        Assert.Empty(fixture.Warnings);
    }

    [Fact]
    public async Task Cold_ConsensusRequest_NamesTheAuthoritiesAndAsksForNoDiff()
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        SeenRequest request = fixture.Servers.Requests.First(request => request.IsConsensus);
        string authorities = string.Join('+', TestAuthority.Ours.Select(authority => authority.Identity.ToString()[..6]).Order(StringComparer.Ordinal));
        Assert.Equal($"/tor/status-vote/current/consensus-microdesc/{authorities}.z", request.Path);
        Assert.DoesNotContain("If-Modified-Since", request.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Or-Diff", request.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cold_NobodyAnswers_TriesThreeAtOnceAndAuthoritiesAfterSixSeconds()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.Intercept = _ => new TaskCompletionSource<byte[]?>().Task;
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count == 1);
        await fixture.AdvanceUntilAsync(() => fixture.Servers.Requests.Count == 3, TimeSpan.FromSeconds(6));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(3, fixture.Servers.Requests.Count);
        Assert.Equal(3, fixture.Servers.Requests.Select(request => request.Server.Identity).Distinct().Count());
        // Silent ones are given up after a minute; then others are asked, authorities among them.
        await fixture.AdvanceUntilAsync(() => fixture.Servers.Requests.Any(request => request.Server.Kind == DirectoryServerKind.Authority), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Cold_FallbacksAreDown_AnAuthorityServes()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.IsReachable = server => server.Kind != DirectoryServerKind.Fallback;
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Connections > 0);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(60));
        Assert.Equal(DirectoryServerKind.Authority, fixture.Servers.Requests[0].Server.Kind);
    }

    [Fact]
    public async Task Cold_WithoutFallbacks_AsksAuthoritiesAtOnce()
    {
        await using DirectoryFixture fixture = new(fallbacks: 0);
        await fixture.RunUntilReadyAsync();
        Assert.Equal(DirectoryServerKind.Authority, fixture.Servers.Requests[0].Server.Kind);
    }

    [Fact]
    public async Task Cold_WithoutGuards_FallbacksServeEverything()
    {
        await using DirectoryFixture fixture = new(guards: 0);
        await fixture.RunUntilReadyAsync();
        Assert.All(fixture.Servers.Requests, request => Assert.Equal(DirectoryServerKind.Fallback, request.Server.Kind));
    }

    [Theory]
    [InlineData("404 Not found")]
    [InlineData("304 Not modified")]
    [InlineData("503 Directory busy, try again later")]
    [InlineData("500 Oops")]
    public async Task Cold_FirstServerRefuses_AnotherIsAsked(string status)
    {
        await using DirectoryFixture fixture = new();
        RsaIdentity? first = null;
        fixture.Servers.Intercept = request =>
        {
            first ??= request.Server.Identity;
            return Task.FromResult(request.Server.Identity == first ? FakeDirectory.Status(status) : null);
        };
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(20));
        Assert.Single(fixture.Servers.Requests, request => request.Server.Identity == first);
    }

    [Fact]
    public async Task Cold_EveryoneRefuses_BacksOff()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.Intercept = _ => Task.FromResult<byte[]?>(FakeDirectory.Status("404 Not found"));
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(10));
        int before = fixture.Servers.Requests.Count;
        Assert.InRange(before, 8, 60);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(10));
        Assert.InRange(fixture.Servers.Requests.Count - before, 1, 20);

        // Somebody waits: no need to sit the rest of the delay out.
        fixture.Servers.Intercept = null;
        fixture.Manager.Hurry();
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(15));
    }

    public static TheoryData<string> Rubbish => ["", "rubbish", "network-status-version 3 microdesc\n", "network-status-diff-version 1\nhash A B\n1d\n", "<html>\0\r\n"];

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task Cold_RubbishFirst_AnotherIsAsked(string rubbish)
    {
        await using DirectoryFixture fixture = new();
        int answers = 0;
        fixture.Servers.Intercept = request =>
            Task.FromResult(request.IsConsensus && Interlocked.Increment(ref answers) == 1 ? FakeDirectory.Ok(rubbish) : null);
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(20));
        Assert.Empty(fixture.Warnings);
    }

    [Fact]
    public async Task Cold_TruncatedAnswersOfEveryKind_AreAskedForAgain()
    {
        await using DirectoryFixture fixture = new();
        HashSet<char> seen = [];
        fixture.Servers.Intercept = request =>
        {
            char kind = request.Path[5];
            lock (seen)
            {
                if (!seen.Add(kind))
                    return Task.FromResult<byte[]?>(null);
            }

            byte[] whole = request.IsConsensus ? FakeDirectory.Packed(fixture.Network.Consensus)
                : request.IsCertificates ? FakeDirectory.Packed(fixture.Network.Certificates)
                : FakeDirectory.Packed(string.Concat(fixture.Network.Microdescriptors));
            return Task.FromResult<byte[]?>(whole[..(whole.Length * 2 / 3)]);
        };
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current?.Relays.All(relay => relay.IsUsable) == true, TimeSpan.FromSeconds(60));
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task Cold_BombInsteadOfConsensus_IsRefusedAndAnotherIsAsked()
    {
        await using DirectoryFixture fixture = new();
        int answers = 0;
        byte[] bomb = FakeDirectory.Packed(new string('a', 20 << 20));
        fixture.Servers.Intercept = request => Task.FromResult(request.IsConsensus && Interlocked.Increment(ref answers) == 1 ? bomb : null);
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Count > 0);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Certificates_FirstServerLacksThem_AnotherIsAskedAndTheConsensusWaits()
    {
        await using DirectoryFixture fixture = new();
        int asked = 0;
        fixture.Servers.Intercept = request =>
            Task.FromResult(request.IsCertificates && Interlocked.Increment(ref asked) == 1 ? FakeDirectory.Status("404 Not found") : null);
        fixture.Run();
        await fixture.UntilAsync(() => asked == 1);
        await fixture.UntilAsync(() => File.Exists(Path.Combine(fixture.Path, DirectoryCache.UnverifiedConsensus)));
        Assert.Null(fixture.Manager.Current);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(20));
        Assert.Single(fixture.Servers.Requests, request => request.IsConsensus);
        Assert.False(File.Exists(Path.Combine(fixture.Path, DirectoryCache.UnverifiedConsensus)));
    }

    // C tor kept what it could not read, for its developers, until the disk was full.
    [Fact]
    [Trait("Case", "B49")]
    public async Task Cold_RubbishForever_LeavesNothingOnTheDisk()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.Intercept = _ => Task.FromResult<byte[]?>(FakeDirectory.Ok("network-status-version 3 microdesc\n" + new string('x', 500_000) + "\n"));
        fixture.Run();
        await fixture.AdvanceUntilAsync(() => fixture.Servers.Requests.Count >= 20, TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Null(fixture.Manager.Current);
        Assert.DoesNotContain(System.IO.Directory.EnumerateFiles(fixture.Path, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 1000);
        Assert.DoesNotContain(fixture.Log.Collector.GetSnapshot(), record => record.Message.Contains("xxx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificates_OneIsMissing_TwoOfThreeAreEnough()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.Intercept = request => Task.FromResult(
            request.IsCertificates ? FakeDirectory.Ok(string.Concat(TestAuthority.Ours[..2].Select(fixture.Network.CertificateOf))) : null);
        await fixture.RunUntilReadyAsync();
    }

    [Fact]
    public async Task Certificates_OneOfThree_IsNotEnough()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.Intercept = request => Task.FromResult(
            request.IsCertificates ? FakeDirectory.Ok(fixture.Network.CertificateOf(TestAuthority.Ours[0])) : null);
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Any(request => request.IsCertificates));
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Null(fixture.Manager.Current);
        // By authority first; when one of them is known, the others' keys by name.
        Assert.InRange(fixture.Servers.Requests.Count(request => request.IsCertificates), 3, 25);
    }

    [Trait("Case", "B58")]
    [Fact]
    public async Task Microdescriptors_OneDoesNotMatchItsDigest_IsNotTakenAndAskedForElsewhere()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Relays = 120 });
        string wanted = fixture.Network.DigestOf(1).ToString();
        RsaIdentity? liar = null;
        fixture.Servers.Intercept = request =>
        {
            if (!request.IsMicrodescriptors || !request.Digests.Contains(wanted) || (liar ??= request.Server.Identity) != request.Server.Identity)
                return Task.FromResult<byte[]?>(null);
            string truth = string.Concat(Enumerable.Range(0, 120).Where(i => request.Digests.Contains(fixture.Network.DigestOf(i).ToString())).Select(fixture.Network.MicrodescriptorOf));
            string mine = fixture.Network.MicrodescriptorOf(1);
            return Task.FromResult<byte[]?>(FakeDirectory.Ok(truth.Replace(mine, mine + "family $0000000000000000000000000000000000000001\n", StringComparison.Ordinal)));
        };
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Any(request => request.IsMicrodescriptors));
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current?.Relays.All(relay => relay.IsUsable) == true, TimeSpan.FromSeconds(60));
        Assert.Empty(fixture.Manager.Current!.Relays[1].Microdescriptor!.Family);
        // Nor is it kept: servers do not fill our disk with what we did not ask for.
        foreach (string file in (string[])[DirectoryCache.Microdescriptors, DirectoryCache.MicrodescriptorJournal])
        {
            string path = Path.Combine(fixture.Path, file);
            Assert.DoesNotContain("family", File.Exists(path) ? await File.ReadAllTextAsync(path) : "", StringComparison.Ordinal);
        }

        SeenRequest[] asked = [.. fixture.Servers.Requests.Where(request => request.IsMicrodescriptors && request.Digests.Contains(wanted))];
        Assert.Equal(2, asked.Length);
        Assert.NotEqual(asked[0].Server.Identity, asked[1].Server.Identity);
    }

    [Fact]
    public async Task Microdescriptors_OneOfOurGuardsIsDown_OthersServe()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Relays = 120 });
        RsaIdentity dead = TestNetwork.IdentityOf(1);
        fixture.Servers.IsReachable = server => server.Identity != dead;
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Guards.Reports.Contains((dead, "unreachable")));
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(20));
        await fixture.UntilAsync(() => fixture.Guards.Reports.Any(report => report.Report == "succeeded"));
    }

    [Fact]
    public async Task Microdescriptors_AllOurGuardsAreDown_NobodyElseIsAsked()
    {
        await using DirectoryFixture fixture = new();
        fixture.Servers.IsReachable = server => server.Kind != DirectoryServerKind.Guard;
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Manager.Current is not null);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(3, fixture.Guards.Down.Count);
        Assert.DoesNotContain(fixture.Servers.Requests, request => request.IsMicrodescriptors);

        fixture.Servers.IsReachable = _ => true;
        fixture.Guards.Down.Clear();
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Enough_WantsSixtyPercentOfPathsAndTheGuardsDescriptors()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Relays = 120 });
        // Everything but one guard's descriptor.
        bool withhold = true;
        fixture.Servers.Intercept = request => Task.FromResult<byte[]?>(!request.IsMicrodescriptors || !withhold ? null : FakeDirectory.Packed(string.Concat(
            Enumerable.Range(0, 120).Where(i => i != 1 && request.Digests.Contains(fixture.Network.DigestOf(i).ToString())).Select(fixture.Network.MicrodescriptorOf)
                .DefaultIfEmpty("onion-key\n"))));
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Manager.Current is { } network && network.Relays.Count(relay => !relay.IsUsable) == 1);
        Assert.False(fixture.Manager.HasEnoughDirectoryInfo);
        Assert.Contains("guards", fixture.Manager.MissingDirectoryInfo, StringComparison.Ordinal);
        withhold = false;
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(60));
        Assert.Equal("", fixture.Manager.MissingDirectoryInfo);
    }

    [Trait("Case", "B51")]
    [Fact]
    public async Task Loop_NeighbourFails_StartsAgain()
    {
        await using DirectoryFixture fixture = new();
        int failures = 0;
        fixture.Guards.Fault = () => Interlocked.Increment(ref failures) <= 2 ? new InvalidOperationException("a mistake of ours") : null;
        fixture.Run();
        await fixture.UntilAsync(() => failures == 1);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromSeconds(10));
        // From the disk: nobody was asked for the consensus again.
        Assert.Single(fixture.Servers.Requests, request => request.IsConsensus);
    }

    [Fact]
    public async Task Loop_FailsAgainAndAgain_TellsTheHost()
    {
        await using DirectoryFixture fixture = new();
        fixture.Guards.Fault = () => new InvalidOperationException("a mistake of ours");
        fixture.Run();
        TorException e = await Assert.ThrowsAsync<TorException>(() => fixture.AdvanceUntilAsync(() => false, TimeSpan.FromMinutes(1)));
        Assert.Equal(TorErrorKind.Internal, e.Kind);
    }
}
