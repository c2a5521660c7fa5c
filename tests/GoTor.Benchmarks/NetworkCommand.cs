using System.Diagnostics;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks;

/// <summary><c>network [--wide] [--watched]</c>: a private network to play with, until Ctrl-C or the end of standard input.</summary>
internal static class NetworkCommand
{
    public static async Task<int> RunAsync(string[] options)
    {
        if (PrivateTorNetwork.WhyNot is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            stop.Cancel();
        };

        Stopwatch clock = Stopwatch.StartNew();
        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(
            new()
            {
                WideWindows = options.Contains("--wide"),
                Watched = options.Contains("--watched"),
            },
            stop.Token);
        Console.WriteLine($"# A private Tor network, ready after {clock.Elapsed.TotalSeconds:F1} s. Lines for a client's torrc:");
        foreach (string line in network.ClientTorrcLines)
            Console.WriteLine(line);
        Console.WriteLine($"# Target: {network.Target.Url("/bytes/1000000")} (/slow/N/MS, /exit, /hang, POST /upload), also as *.test:{network.Target.Port}");
        Console.WriteLine($"# Echo: 127.0.0.1:{network.Target.EchoPort}");
        foreach (TestRelay relay in network.Relays)
            Console.WriteLine($"# {relay.Name} {relay.OrPort} {relay.Fingerprint} {relay.Folder}");
        Console.WriteLine("# Ctrl-C or the end of standard input stops it.");

        try
        {
            while (await Console.In.ReadLineAsync(stop.Token) is not null)
                continue;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C.
        }

        return 0;
    }
}
