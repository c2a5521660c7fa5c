using GoTor.Protocol.Documents;
using GoTor.Sandbox.Directories;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Sandbox.Tests;

/// <summary>What the directory serves is what others understand.</summary>
[Collection(SharedSandbox.Name)]
public sealed class DocumentTests(SandboxFixture fixture) : IDisposable
{
    // Parses each document strictly, and checks the signatures of descriptors.
    private const string Script = """
        import sys, io
        from stem.descriptor import parse_file, DocumentHandler
        def read(name, kind, **options):
            with open(sys.argv[1] + '/' + name, 'rb') as f:
                return list(parse_file(io.BytesIO(f.read()), kind, validate=True, **options))
        for flavour, kind in (('microdesc', 'network-status-microdesc-consensus-3 1.0'), ('full', 'network-status-consensus-3 1.0')):
            document = read(flavour, kind, document_handler=DocumentHandler.DOCUMENT)[0]
            print(flavour, len(document.routers), len(document.signatures))
        print('certificates', len(read('certificates', 'dir-key-certificate-3 1.0')))
        print('microdescriptors', len(read('microdescriptors', 'microdescriptor 1.0')))
        print('descriptors', len(read('descriptors', 'server-descriptor 1.0')))
        """;

    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-documents-{Guid.NewGuid():n}"));

    private Publication Current => fixture.Network.Archive.Current!;

    [SkippableFact]
    public async Task EveryDocument_IsParsedByStem()
    {
        string? python = await StemTool.FindAsync();
        Skip.If(python is null, "python3 with stem is not installed");
        File.WriteAllBytes(Path.Combine(_folder, "microdesc"), Current.Microdesc.Document.Plain.ToArray());
        File.WriteAllBytes(Path.Combine(_folder, "full"), Current.Full.Document.Plain.ToArray());
        File.WriteAllBytes(Path.Combine(_folder, "certificates"), [.. Current.Certificates.SelectMany(certificate => certificate.Text)]);
        File.WriteAllBytes(Path.Combine(_folder, "microdescriptors"), [.. Current.Microdescriptors.Values.SelectMany(text => text)]);
        File.WriteAllBytes(Path.Combine(_folder, "descriptors"), [.. Current.Descriptors.SelectMany(descriptor => descriptor.Text)]);

        (int code, string said) = await StemTool.RunAsync(python, "-c", Script, _folder);

        Assert.True(code == 0, said);
        Assert.Equal("microdesc 11 3\nfull 11 3\ncertificates 3\nmicrodescriptors 11\ndescriptors 11\n", said);
    }

    [Theory]
    [InlineData("/tor/status-vote/current/consensus-microdesc/ABCDEF", "404")]
    [InlineData("/tor/status-vote/current/consensus-microdesc", "200")]
    [InlineData("/tor/status-vote/current/consensus", "200")]
    [InlineData("/tor/status-vote/current/consensus-other", "404")]
    [InlineData("/tor/status-vote/next/consensus", "404")]
    [InlineData("/tor/keys/all", "200")]
    [InlineData("/tor/keys/fp/00", "404")]
    [InlineData("/tor/micro/d/AAAA", "404")]
    [InlineData("/tor/server/all", "200")]
    [InlineData("/etc/passwd", "404")]
    public void Request_IsAnsweredByWhatThereIs(string path, string status) =>
        Assert.StartsWith(status, Ask(path).Status, StringComparison.Ordinal);

    [Fact]
    public void Consensus_KnownAlready_IsNotSentAgain() => Assert.StartsWith(
        "304",
        Ask("/tor/status-vote/current/consensus-microdesc", $"If-Modified-Since: {Current.Microdesc.ValidAfter:r}").Status,
        StringComparison.Ordinal);

    [Fact]
    public void Consensus_OfOneAuthorityAmongFive_IsNotSent()
    {
        string mine = Current.Signers[0][..6];

        Assert.StartsWith("404", Ask($"/tor/status-vote/current/consensus-microdesc/{mine}+000000+111111+222222+333333").Status, StringComparison.Ordinal);
        Assert.StartsWith("200", Ask($"/tor/status-vote/current/consensus-microdesc/{mine}.z").Status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-zstd, deflate, gzip, identity", "", "x-zstd")]
    [InlineData("gzip, identity", "", "gzip")]
    [InlineData("x-unheard-of", "", "identity")]
    [InlineData(null, ".z", "deflate")]
    [InlineData(null, "", "identity")]
    public void Answer_IsPackedAsAsked(string? accepted, string suffix, string expected)
    {
        string header = accepted is null ? "Host: sandbox" : $"Accept-Encoding: {accepted}";

        Assert.True(DirectoryRequest.TryParse($"GET /tor/keys/all{suffix} HTTP/1.0\r\n{header}", out DirectoryRequest? request));

        Assert.Equal(expected, Packings.NameOf(request.Encoding));
    }

    [Fact]
    public void Weights_LeaveNoPositionWithoutRelays()
    {
        IReadOnlyDictionary<string, int> weights = Consensus.Parse(Current.Microdesc.Document.Plain.Span).BandwidthWeights;

        Assert.All(["Wgg", "Wee", "Wmm"], name => Assert.True(weights[name] > 0, name));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DirectoryAnswer Ask(string path, string header = "Host: sandbox")
    {
        Assert.True(DirectoryRequest.TryParse($"GET {path} HTTP/1.0\r\n{header}", out DirectoryRequest? request));
        return fixture.Network.Archive.Answer(request);
    }
}
