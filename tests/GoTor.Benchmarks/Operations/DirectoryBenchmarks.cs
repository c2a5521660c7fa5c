using System.Text;
using BenchmarkDotNet.Attributes;
using GoTor.Client.Tests.Directory;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Benchmarks.Operations;

/// <summary>Documents of a generated network of 9,000 relays.</summary>
[MemoryDiagnoser]
public class DirectoryBenchmarks
{
    private readonly TestNetwork _network = new() { Relays = 9000 };
    private readonly Dictionary<MicrodescriptorDigest, Microdescriptor> _known = [];
    private byte[] _consensus = [];
    private byte[] _microdescriptors = [];
    private RsaIdentity[] _authorities = [];
    private AuthorityCertificate[] _certificates = [];

    [GlobalSetup]
    public void Setup()
    {
        _consensus = Encoding.ASCII.GetBytes(_network.Consensus);
        _microdescriptors = Encoding.ASCII.GetBytes(string.Concat(_network.Microdescriptors));
        _authorities = [.. TestAuthority.Ours.Select(authority => authority.Identity)];
        _certificates = [.. TestAuthority.Ours.Select(authority => AuthorityCertificate.Parse(Encoding.ASCII.GetBytes(_network.CertificateOf(authority))))];
        foreach (MicrodescriptorEntry entry in new MicrodescriptorParser().Parse(_microdescriptors).Entries)
            _known[entry.Microdescriptor.Digest] = entry.Microdescriptor;
    }

    [Benchmark(Description = "parse a consensus")]
    public int Parse() => Consensus.Parse(_consensus).Relays.Count;

    [Benchmark(Description = "parse, verify and index a consensus")]
    public int ParseVerifyIndex()
    {
        Consensus consensus = Consensus.Parse(_consensus);
        ConsensusVerification verification = ConsensusVerifier.Verify(consensus, _authorities, _certificates, TestNetwork.Start);
        return verification.IsAccepted
            ? NetworkSnapshot.From(consensus, digest => _known.GetValueOrDefault(digest)).UsableCount
            : throw new InvalidOperationException("The generated consensus is not good.");
    }

    [Benchmark(Description = "parse all microdescriptors")]
    public int ParseMicrodescriptors() => new MicrodescriptorParser().Parse(_microdescriptors).Entries.Count;
}
