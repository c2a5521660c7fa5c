using BenchmarkDotNet.Attributes;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;

namespace GoTor.Benchmarks.Operations;

/// <summary>
/// One cell through a client's three layers (tor1). Both ends move on with every cell, so cells are prepared in batches.
/// </summary>
[MemoryDiagnoser]
public class CellCryptoBenchmarks : IDisposable
{
    private const int Hops = 3, Batch = 20_000, BodyLength = 509;
    private readonly ClientRelayCrypto _client = new();
    private readonly RelaySideCrypto[] _relays = new RelaySideCrypto[Hops];
    private readonly RunningSha1 _digest = new();
    private readonly byte[] _cells = new byte[Batch * BodyLength];
    private readonly byte[] _peeked = new byte[RunningSha1.DigestLength];

    [GlobalCleanup]
    public void Dispose()
    {
        _client.Dispose();
        _digest.Dispose();
        GC.SuppressFinalize(this);
    }

    [GlobalSetup]
    public void Setup()
    {
        for (int hop = 0; hop < Hops; hop++)
        {
            using RelayKeyMaterial keys = new(SecretBytes.Random(RelayKeyMaterial.Length, TorRandom.Secure));
            _client.AddHop(keys);
            _relays[hop] = new RelaySideCrypto(keys);
        }
    }

    [IterationSetup(Target = nameof(Decrypt))]
    public void EncryptAtRelays()
    {
        for (int cell = 0; cell < Batch; cell++)
        {
            Span<byte> body = Cell(cell);
            body.Clear();
            _relays[^1].OriginateBackward(body);
            for (int hop = Hops - 2; hop >= 0; hop--)
                _relays[hop].RelayBackward(body);
        }
    }

    [Benchmark(Description = "decrypt, 3 hops", OperationsPerInvoke = Batch)]
    public int Decrypt()
    {
        int recognised = 0;
        for (int cell = 0; cell < Batch; cell++)
            recognised += _client.DecryptInbound(Cell(cell));
        return recognised == Batch * (Hops - 1) ? recognised : throw new InvalidOperationException("A cell was not recognised.");
    }

    [Benchmark(Description = "encrypt, 3 hops", OperationsPerInvoke = Batch)]
    public void Encrypt()
    {
        for (int cell = 0; cell < Batch; cell++)
            _client.EncryptOutbound(Cell(cell), Hops - 1);
    }

    [Benchmark(Description = "running digest", OperationsPerInvoke = Batch)]
    public void Digest()
    {
        for (int cell = 0; cell < Batch; cell++)
        {
            _digest.Append(Cell(cell));
            _digest.Peek(_peeked);
        }
    }

    private Span<byte> Cell(int index) => _cells.AsSpan(index * BodyLength, BodyLength);
}
