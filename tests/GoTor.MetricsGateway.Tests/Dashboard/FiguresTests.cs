using GoTor.MetricsGateway.Dashboard;

namespace GoTor.MetricsGateway.Tests.Dashboard;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999.4, "999 B")]
    [InlineData(999.5, "1.00 kB")]
    [InlineData(1_023_456, "1.02 MB")]
    [InlineData(99_960_000, "100 MB")]
    [InlineData(1e30, "1000000000000 EB")]
    [InlineData(double.NaN, "–")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Bytes_HaveThreeDigitsAndAUnit(double bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Theory]
    [InlineData(0.4204, "420 ms")]
    [InlineData(0.9996, "1.00 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(double.NaN, "–")]
    public void Latency_IsInMillisecondsOrSeconds(double seconds, string text) => Assert.Equal(text, Figures.Latency(seconds));

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(45, "45 s")]
    [InlineData(725, "12 min 5 s")]
    [InlineData(7_260, "2 h 1 min")]
    [InlineData(273_600, "3 d 4 h")]
    public void Span_HasItsTwoLargestUnits(double seconds, string text) => Assert.Equal(text, Figures.Span(TimeSpan.FromSeconds(seconds)));
}
