namespace GoTor.Protocol.Tests.Paths;

/// <summary>Whether counts agree with what was expected: the likelihood ratio test, with α = 0.001.</summary>
internal static class GTest
{
    private const double Normal999 = 3.0902;

    /// <param name="expected">Proportional to the probabilities; bins that expect less than 5 are merged.</param>
    public static void Agrees(IReadOnlyList<double> expected, IReadOnlyList<int> observed)
    {
        double total = expected.Sum();
        int draws = observed.Sum();
        double g = 0;
        int bins = 0;
        double restExpected = 0;
        int restObserved = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            double expects = expected[i] / total * draws;
            if (expected[i] == 0)
            {
                Assert.Equal(0, observed[i]);
            }
            else if (expects < 5)
            {
                restExpected += expects;
                restObserved += observed[i];
            }
            else
            {
                Add(expects, observed[i]);
            }
        }

        if (restExpected > 0)
            Add(restExpected, restObserved);
        Assert.True(bins > 1);
        // Wilson and Hilferty: the cube root of a chi-squared value is nearly normal.
        int freedom = bins - 1;
        double z = (Math.Cbrt(2 * g / freedom) - (1 - (2.0 / (9 * freedom)))) / Math.Sqrt(2.0 / (9 * freedom));
        Assert.True(z < Normal999, $"G = {2 * g:f1} with {freedom} degrees of freedom, z = {z:f2}");

        void Add(double expects, int observes)
        {
            bins++;
            g += observes == 0 ? 0 : observes * Math.Log(observes / expects);
        }
    }
}
