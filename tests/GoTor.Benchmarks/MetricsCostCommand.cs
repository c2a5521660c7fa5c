using System.Globalization;
using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks;

/// <summary>
/// What metrics cost a node: <c>metrics-cost [ROUNDS]</c> downloads through two nodes in turns, one of which reports to a gateway of its
/// own, and compares their processor time and memory.
/// </summary>
internal static class MetricsCostCommand
{
    private const long Bytes = 32 << 20;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] arguments)
    {
        int rounds = arguments is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 5;
        if (PrivateTorNetwork.WhyNot is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return 1;
        }

        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(new());
        await using ClientProcess plain = await ClientProcess.StartAsync(ClientProgram.GoTor, network, network.NewFolder("plain"));
        await using ClientProcess observed = await ClientProcess.StartAsync(
            ClientProgram.GoTor, network, network.NewFolder("observed"), $"MetricsPort {PortFinder.Free(IPAddress.Loopback).Port}");
        foreach (ClientProcess client in (ClientProcess[])[plain, observed])
            await LoadAsync(client, network);

        (List<double> off, List<double> on) = ([], []);
        for (int round = 0; round < rounds; round++)
        {
            off.Add(await LoadAsync(plain, network));
            on.Add(await LoadAsync(observed, network));
        }

        Print("processor time for 1 GiB, s", Median(off), Median(on));
        Print("resident memory afterwards, MB", plain.Process.ResidentBytes / 1e6, observed.Process.ResidentBytes / 1e6);
        (TimeSpan offBefore, TimeSpan onBefore) = (plain.Process.CpuTime, observed.Process.CpuTime);
        await Task.Delay(Idle);
        Print(
            "processor time while idle, % of one processor",
            100 * (plain.Process.CpuTime - offBefore) / Idle, 100 * (observed.Process.CpuTime - onBefore) / Idle);
        return 0;
    }

    /// <returns>Seconds of processor time for 1 GiB.</returns>
    private static async Task<double> LoadAsync(ClientProcess client, PrivateTorNetwork network)
    {
        TimeSpan before = client.Process.CpuTime;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Fetch.BytesAsync(client.Socks, network.Target, Bytes / 4)));
        return (client.Process.CpuTime - before).TotalSeconds * (1L << 30) / Bytes;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(string what, double off, double on) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {off:F2} without metrics, {on:F2} with ({on - off:+0.00;-0.00})"));
}
