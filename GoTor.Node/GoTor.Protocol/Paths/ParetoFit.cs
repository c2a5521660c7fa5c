namespace GoTor.Protocol.Paths;

/// <summary>A Pareto distribution of build times.</summary>
/// <param name="Xm">Where it starts, in milliseconds.</param>
/// <param name="Alpha">How steeply it falls.</param>
internal readonly record struct ParetoFit(double Xm, double Alpha)
{
    /// <summary>The time in milliseconds that the given part of circuits stays below; capped as in C tor.</summary>
    public double Quantile(double part)
    {
        double power = Math.Pow(1 - part, 1 / Alpha);
        return power > 0 ? Math.Min(Xm / power, int.MaxValue) : int.MaxValue;
    }

    /// <summary>The part of circuits that take at most this long.</summary>
    public double Cdf(double milliseconds) => milliseconds <= Xm ? 0 : 1 - Math.Pow(Xm / milliseconds, Alpha);
}
