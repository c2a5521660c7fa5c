using BenchmarkDotNet.Attributes;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Testing.Network;

namespace GoTor.Benchmarks.Operations;

/// <summary>Weighted choices among 9,000 relays.</summary>
[MemoryDiagnoser]
public class PathBenchmarks
{
    private static readonly ExitRequest Web = ExitRequest.ForPort(443);
    private readonly PathSelector _selector =
        new(SyntheticNetwork.Of(SyntheticNetwork.Mixed(9000, seed: 1)), PathConstraints.None, TorRandom.Secure);

    private Relay[] _chosen = [];

    [GlobalSetup]
    public void Setup() => _chosen = [_selector.ChooseExit(Web).Relay!];

    [Benchmark(Description = "choose an exit")]
    public object? ChooseExit() => _selector.ChooseExit(Web).Relay;

    [Benchmark(Description = "choose a middle")]
    public object? ChooseMiddle() => _selector.ChooseMiddle(_chosen).Relay;
}
