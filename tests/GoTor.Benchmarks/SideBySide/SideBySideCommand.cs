using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>Runs C tor's client and ours in turns on the same private networks and prints the medians.</summary>
internal static class SideBySideCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        SideBySideOptions options = SideBySideOptions.Parse(arguments);
        if (PrivateTorNetwork.WhyNot is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }

        (ClientProgram Program, Scores Scores)[] sides = [(ClientProgram.CTor, new()), (options.Program, new())];
        foreach (bool wide in options.WideWindows)
        {
            Console.WriteLine($"Starting a network with {(wide ? "wide" : "default")} windows.");
            await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(new() { WideWindows = wide });
            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach ((ClientProgram program, Scores scores) in sides)
                {
                    Console.WriteLine($"Round {round} of {options.Rounds}: {program.Name}");
                    await new Round(network, options, program, scores).RunAsync(wide);
                }
            }
        }

        string table = PerformanceReport.Table(sides[0].Program.Name, sides[0].Scores, sides[1].Program.Name, sides[1].Scores);
        Console.WriteLine(table);
        if (options.Write)
            await PerformanceReport.WriteAsync(table, options);
        return 0;
    }
}
