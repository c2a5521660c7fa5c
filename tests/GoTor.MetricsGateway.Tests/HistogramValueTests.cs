using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Tests;

public sealed class HistogramValueTests
{
    [Fact]
    public void Count_IsTheSumOfAllBuckets()
    {
        Assert.Equal(6, new HistogramValue([0.1, 1], [1, 2, 3], 4.5).Count);
    }
}
