using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;

namespace GoTor.Protocol.Tests.Paths.Guards;

/// <summary>Numbers from C tor's circpathbias.h and circpathbias.c: 150 circuits, .70, .50, .30; 20 uses, .80, .60.</summary>
public class PathBiasTests
{
    private static readonly PathBiasParameters Defaults = PathBiasParameters.From(ConsensusParameters.Default);

    private readonly PathBias _bias = new();

    [Theory]
    [InlineData(1.0, "")]
    [InlineData(0.72, "")]
    [InlineData(0.65, "Notice")]
    [InlineData(0.45, "Warning")]
    [InlineData(0.0, "Extreme")]
    public void Circuits_OfAGuardWithThisRate_AreWorthSaying(double rate, string expected)
    {
        double due = 0;
        List<PathBiasLevel> said = [];
        for (int i = 0; i < 1000; i++)
        {
            said.Add(_bias.NoteAttempt(Defaults));
            due += rate;
            if (due >= 1)
            {
                due--;
                _bias.NoteSuccess();
            }
        }

        Assert.All(said.Take(150), level => Assert.Equal(PathBiasLevel.Fine, level));
        Assert.Equal(expected, string.Join(' ', said.Where(level => level != PathBiasLevel.Fine)));
        Assert.InRange(_bias.CircuitAttempts, 150, 301);
    }

    [Theory]
    [InlineData(1.0, "")]
    [InlineData(0.7, "Notice")]
    [InlineData(0.1, "Extreme")]
    public void Uses_OfAGuardWithThisRate_AreWorthSaying(double rate, string expected)
    {
        List<PathBiasLevel> said = [.. Enumerable.Range(1, 300).Select(i => _bias.NoteUse((int)(i * rate) > (int)((i - 1) * rate), Defaults))];
        Assert.All(said.Take(20), level => Assert.Equal(PathBiasLevel.Fine, level));
        Assert.Equal(expected, string.Join(' ', said.Where(level => level != PathBiasLevel.Fine)));
    }

    [Fact]
    public void Guard_ThatTurnsBad_IsNoticedThoughItsPastWasGood()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _bias.NoteAttempt(Defaults);
            _bias.NoteSuccess();
        }

        List<PathBiasLevel> said = [.. Enumerable.Range(0, 600).Select(_ => _bias.NoteAttempt(Defaults)).Where(level => level != PathBiasLevel.Fine)];
        Assert.Equal([PathBiasLevel.Notice, PathBiasLevel.Warning, PathBiasLevel.Extreme], said);
    }
}
