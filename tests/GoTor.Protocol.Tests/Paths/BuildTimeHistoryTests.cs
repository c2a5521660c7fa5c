using GoTor.Protocol.Paths;

namespace GoTor.Protocol.Tests.Paths;

public class BuildTimeHistoryTests
{
    // C tor's src/test/test.c, test_circuit_timeout_xm_alpha: 110 build times, 9 modes, 8 ties, 10 abandoned.
    [Theory]
    [InlineData(1, 205, 1.394401)]
    [InlineData(3, 117, 0.902313)]
    [InlineData(5, 146, 1.049032)]
    [InlineData(10, 800, 4.851754)]
    [InlineData(15, 800, 4.851754)]
    [InlineData(20, 800, 4.851754)]
    public void Fit_CTorsBuildTimes_HasCTorsXmAndAlpha(int modes, int xm, double alpha)
    {
        BuildTimeHistory history = new();
        for (int i = 0; i < 10; i++)
        {
            foreach (int time in new[] { 100, 20, 1000, 500, 200, 5000, 30, 600, 200, 300 })
                history.Add(time + i);
            history.Add(BuildTimeHistory.Abandoned);
        }

        ParetoFit fit = history.Fit(modes)!.Value;
        Assert.Equal(xm, fit.Xm);
        Assert.Equal(alpha, fit.Alpha, 0.00001);
    }

    // Arti, tor-circmgr/src/timeouts/pareto.rs: xm_calculation and pareto_estimate.
    [Fact]
    public void Fit_ArtisBuildTimes_HasArtisEstimates()
    {
        BuildTimeHistory history = new();
        Assert.Null(history.EstimateXm(2));
        foreach (int time in new[] { 300, 500, 542, 305, 543, 307, 212, 203, 617, 413 })
            history.Add(time);
        Assert.Equal(401, history.EstimateXm(2));
        ParetoFit fit = history.Fit(2)!.Value;
        Assert.Equal(451.127, fit.Quantile(0.60), 0.001);
        Assert.Equal(493.169, fit.Quantile(0.80), 0.001);
        Assert.Equal(724.841, fit.Quantile(0.99), 0.001);
    }
}
