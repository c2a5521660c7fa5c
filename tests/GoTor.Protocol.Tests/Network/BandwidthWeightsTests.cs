using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Network;

public sealed class BandwidthWeightsTests
{
    private const RelayFlags Guard = RelayFlags.Guard;
    private const RelayFlags Exit = RelayFlags.Exit;
    private const RelayFlags Dir = RelayFlags.V2Dir;

    // A line as C tor computes it: src/test/test_dir.c, test_dir_networkstatus_compute_bw_weights_v10, with directory weights made
    // unlike 10000 so that mixing them up shows.
    private static readonly Dictionary<string, int> Line = new()
    {
        ["Wbd"] = 3333, ["Wbe"] = 3000, ["Wbg"] = 3100, ["Wbm"] = 9000, ["Wdb"] = 8000, ["Web"] = 6000, ["Wed"] = 3334, ["Wee"] = 7000,
        ["Weg"] = 3335, ["Wem"] = 7100, ["Wgb"] = 5000, ["Wgd"] = 3336, ["Wgg"] = 7200, ["Wgm"] = 7300, ["Wmb"] = 4000,
        ["Wmd"] = 3337, ["Wme"] = 3200, ["Wmg"] = 3300, ["Wmm"] = 10000,
    };

    // Computed by hand from C tor 0.4.9.11, src/feature/nodelist/node_select.c, compute_weighted_bandwidths.
    [Theory]
    [InlineData(nameof(PathPosition.Guard), 0, 0.73)] // Wgm
    [InlineData(nameof(PathPosition.Guard), (int)Guard, 0.72)] // Wgg
    [InlineData(nameof(PathPosition.Guard), (int)Exit, 0)]
    [InlineData(nameof(PathPosition.Guard), (int)(Guard | Exit), 0.3336)] // Wgd
    [InlineData(nameof(PathPosition.Guard), (int)(Guard | Dir), 0.72 * 0.5)] // Wgg·Wgb
    [InlineData(nameof(PathPosition.Guard), (int)(Guard | Exit | Dir), 0.3336 * 0.8)] // Wgd·Wdb
    [InlineData(nameof(PathPosition.Guard), (int)Dir, 0.73 * 0.4)] // Wgm·Wmb
    [InlineData(nameof(PathPosition.Middle), 0, 1)] // Wmm
    [InlineData(nameof(PathPosition.Middle), (int)Guard, 0.33)] // Wmg
    [InlineData(nameof(PathPosition.Middle), (int)Exit, 0.32)] // Wme
    [InlineData(nameof(PathPosition.Middle), (int)(Guard | Exit), 0.3337)] // Wmd
    [InlineData(nameof(PathPosition.Middle), (int)(Exit | Dir), 0.32 * 0.6)] // Wme·Web
    [InlineData(nameof(PathPosition.Middle), (int)(Exit | RelayFlags.BadExit), 1)] // A bad exit is no exit.
    [InlineData(nameof(PathPosition.Exit), 0, 0.71)] // Wem
    [InlineData(nameof(PathPosition.Exit), (int)Guard, 0.3335)] // Weg
    [InlineData(nameof(PathPosition.Exit), (int)Exit, 0.7)] // Wee
    [InlineData(nameof(PathPosition.Exit), (int)(Guard | Exit), 0.3334)] // Wed
    [InlineData(nameof(PathPosition.Exit), (int)(Guard | Exit | Dir), 0.3334 * 0.8)] // Wed·Wdb
    [InlineData(nameof(PathPosition.Directory), (int)Dir, 0.9)] // Wbm alone
    [InlineData(nameof(PathPosition.Directory), (int)(Guard | Dir), 0.31)] // Wbg
    [InlineData(nameof(PathPosition.Directory), (int)(Exit | Dir), 0.3)] // Wbe
    [InlineData(nameof(PathPosition.Directory), (int)(Guard | Exit | Dir), 0.3333)] // Wbd
    public void Weight_OfEveryKindInEveryPosition_IsCTors(string position, int flags, double factor)
    {
        var weights = new BandwidthWeights(Line, 10_000);
        Relay relay = SyntheticNetwork.Relay(1, (RelayFlags)flags, bandwidth: 500);
        Assert.Equal(500 * factor, weights.WeightOf(relay, Enum.Parse<PathPosition>(position)), 9);
    }

    [Theory]
    [InlineData("Wgg", -1)]
    [InlineData("Wdb", -100)]
    [InlineData("Wgm", null)]
    public void Weights_WithOneUnusable_LetBandwidthDecideInThatPosition(string name, int? value)
    {
        Dictionary<string, int> line = new(Line);
        line.Remove(name);
        if (value is not null)
            line[name] = value.Value;
        var weights = new BandwidthWeights(line, 10_000);
        foreach (RelayFlags flags in (RelayFlags[])[RelayFlags.None, Guard, Exit, Guard | Exit, Guard | Dir])
            Assert.Equal(1, weights.FactorOf(flags, PathPosition.Guard));
        Assert.Equal(0.31, weights.FactorOf(Guard, PathPosition.Directory));
    }

    [Fact]
    public void Weights_AboveTheScale_AreCapped()
    {
        var weights = new BandwidthWeights(new Dictionary<string, int>(Line) { ["Wmm"] = 20_000 }, 10_000);
        Assert.Equal(1, weights.FactorOf(RelayFlags.None, PathPosition.Middle));
    }

    [Fact]
    public void Scale_OfTheConsensus_IsUsed()
    {
        Dictionary<string, int> line = Line.ToDictionary(w => w.Key, w => w.Value / 10);
        Assert.Equal(0.72, new BandwidthWeights(line, 1000).FactorOf(Guard, PathPosition.Guard), 9);
    }

    [Fact]
    public void Consensus_WithoutWeights_CountsBandwidthAlone() =>
        Assert.Equal(1000, BandwidthWeights.Equal.WeightOf(SyntheticNetwork.Relay(1, Exit), PathPosition.Guard));
}
