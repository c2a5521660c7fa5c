using BenchmarkDotNet.Attributes;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Testing.Directories;

namespace GoTor.Benchmarks.Operations;

/// <summary>Documents of a generated network of 9,000 relays.</summary>
[MemoryDiagnoser]
public class DirectoryBenchmarks
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<MicrodescriptorDigest, Microdescriptor> _known = [];
    private byte[] _consensus = [];
    private byte[] _microdescriptors = [];
    private RsaIdentity[] _authorities = [];
    private AuthorityCertificate[] _certificates = [];

    [GlobalSetup]
    public void Setup()
    {
        GeneratedDirectory directory = GeneratedDirectory.Create(relays: 9000);
        _consensus = directory.EncodeConsensus(Now);
        _microdescriptors = directory.EncodeMicrodescriptors();
        _authorities = [.. directory.V3Identities];
        _certificates = [.. AuthorityCertificateList.Parse(directory.EncodeCertificates(Now)).Certificates];
        foreach (MicrodescriptorEntry entry in new MicrodescriptorParser().Parse(_microdescriptors).Entries)
            _known[entry.Microdescriptor.Digest] = entry.Microdescriptor;
    }

    [Benchmark(Description = "parse a consensus")]
    public int Parse() => Consensus.Parse(_consensus).Relays.Count;

    [Benchmark(Description = "parse, verify and index a consensus")]
    public int ParseVerifyIndex()
    {
        Consensus consensus = Consensus.Parse(_consensus);
        ConsensusVerification verification = ConsensusVerifier.Verify(consensus, _authorities, _certificates, Now);
        return verification.IsAccepted
            ? NetworkSnapshot.From(consensus, digest => _known.GetValueOrDefault(digest)).UsableCount
            : throw new InvalidOperationException("The generated consensus is not good.");
    }

    [Benchmark(Description = "parse all microdescriptors")]
    public int ParseMicrodescriptors() => new MicrodescriptorParser().Parse(_microdescriptors).Entries.Count;
}
