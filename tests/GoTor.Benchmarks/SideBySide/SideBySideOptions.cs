using System.Globalization;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>How to compare: <c>side-by-side [--quick] [--node PATH | --self] [--rounds N] [--only default|wide] [--write]</c>.</summary>
internal sealed record SideBySideOptions
{
    /// <summary>Small amounts, to see whether everything runs. The figures mean little.</summary>
    public bool Quick { get; init; }

    /// <summary>Write the table to <c>docs/performance.md</c>.</summary>
    public bool Write { get; init; }

    public int Rounds { get; init; } = 5;

    /// <summary>The networks to run on: with C tor's default congestion windows, and with wide ones.</summary>
    public IReadOnlyList<bool> WideWindows { get; init; } = [false, true];

    /// <summary>What is compared with C tor. C tor itself shows how much of a difference is noise.</summary>
    public ClientProgram Program { get; init; } = ClientProgram.GoTor;

    public long DownloadBytes => (Quick ? 8L : 64L) << 20;

    public int SmallFetches => Quick ? 20 : 200;

    public int IsolatedFetches => Quick ? 5 : 40;

    public int FetchesAtOnce => Quick ? 50 : 500;

    /// <exception cref="ArgumentException">There is no such option.</exception>
    public static SideBySideOptions Parse(ReadOnlySpan<string> arguments)
    {
        SideBySideOptions options = new();
        while (!arguments.IsEmpty)
        {
            (options, int taken) = arguments switch
            {
                ["--quick", ..] => (options with { Quick = true, Rounds = 1 }, 1),
                ["--write", ..] => (options with { Write = true }, 1),
                ["--self", ..] => (options with { Program = ClientProgram.CTor with { Name = "C tor again" } }, 1),
                ["--node", string path, ..] => (options with { Program = ClientProgram.Node(Path.GetFullPath(path)) }, 2),
                ["--rounds", string count, ..] => (options with { Rounds = int.Parse(count, CultureInfo.InvariantCulture) }, 2),
                ["--only", "default", ..] => (options with { WideWindows = [false] }, 2),
                ["--only", "wide", ..] => (options with { WideWindows = [true] }, 2),
                _ => throw new ArgumentException($"What is {arguments[0]}? See SideBySideOptions."),
            };
            arguments = arguments[taken..];
        }

        return options;
    }
}
