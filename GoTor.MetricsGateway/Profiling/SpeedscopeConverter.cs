using System.Diagnostics;
using Microsoft.Diagnostics.Symbols;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Stacks;
using Microsoft.Diagnostics.Tracing.Stacks.Formats;

namespace GoTor.MetricsGateway.Profiling;

/// <summary>
/// Makes a .nettrace a file for https://www.speedscope.app. In a process of its own with limits, since the trace may come from a node that
/// wants to harm its reader.
/// </summary>
internal static class SpeedscopeConverter
{
    /// <summary>The switch that makes this program the converter: followed by the trace and the file to write.</summary>
    public const string Switch = "--convert-profile";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    /// <exception cref="MetricsContract.Profiling.ProfileFailedException">It does not work out.</exception>
    public static async Task ConvertAsync(string trace, string into, CancellationToken cancellation)
    {
        using Process? process = Process.Start(Command(trace, into));
        if (process is null)
            throw Failed();
        using CancellationTokenSource slow = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        slow.CancelAfter(Longest);
        try
        {
            await process.WaitForExitAsync(slow.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
        }
        if (!process.HasExited || process.ExitCode != 0 || !File.Exists(into))
            throw Failed();
    }

    /// <summary>What the other process does.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string trace, string into)
    {
        string log = Path.ChangeExtension(trace, ".etlx");
        TraceLog.CreateFromEventPipeDataFile(trace, log);
        using TraceLog events = new(log);
        // Names of methods are in the trace; symbols would have to be fetched from somewhere.
        using SymbolReader symbols = new(TextWriter.Null, "");
        MutableTraceEventStackSource stacks = new(events) { OnlyManagedCodeStacks = true };
        new SampleProfilerThreadTimeComputer(events, symbols) { IncludeEventSourceEvents = false }.GenerateThreadTimeStacks(stacks);
        SpeedScopeStackSourceWriter.WriteStackViewAsJson(stacks, into);
        return 0;
    }

    private static MetricsContract.Profiling.ProfileFailedException Failed() =>
        new("the trace cannot be converted: ask for format=nettrace and convert it with dotnet-trace");

    private static ProcessStartInfo Command(string trace, string into)
    {
        string own = typeof(SpeedscopeConverter).Assembly.Location;
        string host = Environment.ProcessPath ?? "";
        bool isOwnHost = Path.GetFileNameWithoutExtension(host) == typeof(SpeedscopeConverter).Assembly.GetName().Name;
        ProcessStartInfo command = new(isOwnHost ? host : Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (!isOwnHost)
        {
            command.ArgumentList.Add("exec");
            command.ArgumentList.Add(own);
        }
        command.ArgumentList.Add(Switch);
        command.ArgumentList.Add(trace);
        command.ArgumentList.Add(into);
        command.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000"; // 1 GB.
        command.Environment["DOTNET_EnableDiagnostics"] = "0";
        command.Environment.Remove("GOTOR_METRICS_TOKEN");
        return command;
    }
}
