using System.Diagnostics.Tracing;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Diagnostics.NETCore.Client;

namespace GoTor.MetricsContract.Profiling;

/// <summary>
/// Records a profile of this process through EventPipe, as .nettrace. Asks the runtime for stacks and types only: a profile holds names of
/// methods and types and the command line, but no exception, no string and no other data of the process. Safe for concurrent use.
/// </summary>
internal static class OwnProcessRecorder
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const int BufferMegabytes = 64;
    private const int PieceLength = 64 * 1024;

    // GC, Loader, Jit and NGen: what names stacks. GCHeapDump, GCHeapCollect, Type and GCHeapAndTypeNames: a heap and its types.
    private const long StackKeywords = 0x1 | 0x8 | 0x10 | 0x20;
    private const long HeapKeywords = 0x1 | 0x10_0000 | 0x80_0000 | 0x8_0000 | 0x100_0000;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Why this process cannot be recorded; null when it can.</summary>
    public static string? WhyNot =>
        !RuntimeFeature.IsDynamicCodeSupported ? "this is a native build, which has no EventPipe: run the one for the .NET runtime"
        : IsOff("DOTNET_EnableDiagnostics") || IsOff("DOTNET_EnableDiagnostics_IPC") ? "DOTNET_EnableDiagnostics is 0 in the environment of this process"
        : null;

    /// <summary>Records, and hands on what is recorded piece by piece.</summary>
    /// <param name="duration">Of a processor trace; a heap is recorded until it is complete, for so long at most.</param>
    /// <param name="mostBytes">A longer profile is given up.</param>
    /// <param name="write">Gets each piece, one after the other.</param>
    /// <exception cref="ProfileFailedException">It cannot be recorded, or is too large.</exception>
    public static async Task RecordAsync(
        ProfileKind kind, TimeSpan duration, long mostBytes, Func<ReadOnlyMemory<byte>, ValueTask> write, TimeProvider time, CancellationToken cancellation)
    {
        if (WhyNot is { } reason)
            throw new ProfileFailedException(reason);
        try
        {
            DiagnosticsClient client = new(Environment.ProcessId);
            using EventPipeSession session = await client.StartEventPipeSessionAsync(ProvidersOf(kind), requestRundown: kind == ProfileKind.Cpu, BufferMegabytes, cancellation);
            Progress progress = new(mostBytes, time);
            Task copying = CopyAsync(session.EventStream, progress, write, cancellation);
            try
            {
                await WaitAsync(kind, duration, progress, copying, time, cancellation);
            }
            finally
            {
                // What is left, such as the names of methods, comes while it stops.
                await session.StopAsync(CancellationToken.None);
            }
            await copying;
        }
        catch (Exception error) when (error is DiagnosticsClientException or SocketException or TimeoutException or UnauthorizedAccessException
            || (error is IOException && error is not ProfileFailedException))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ProfileFailedException($"the runtime does not let itself be recorded: {error.GetType().Name}. It needs a writable folder for its socket");
        }
    }

    private static EventPipeProvider[] ProvidersOf(ProfileKind kind) => kind == ProfileKind.Gc
        ? [new EventPipeProvider(Runtime, EventLevel.Verbose, HeapKeywords)]
        : [new EventPipeProvider("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational), new EventPipeProvider(Runtime, EventLevel.Informational, StackKeywords)];

    private static async Task WaitAsync(ProfileKind kind, TimeSpan duration, Progress progress, Task copying, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task end = Task.Delay(duration, time, over.Token);
        while (await Task.WhenAny(end, copying, Task.Delay(Quiet / 4, time, over.Token)) is { } first && first != end && first != copying)
        {
            cancellation.ThrowIfCancellationRequested();
            if (kind == ProfileKind.Gc && progress.IsQuiet(Quiet))
                break;
        }
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private static async Task CopyAsync(Stream from, Progress progress, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        byte[] buffer = new byte[PieceLength];
        bool tooLarge = false;
        while (await from.ReadAsync(buffer, cancellation) is int count and > 0)
        {
            // Read on: the session cannot end while nobody takes what it has.
            if (tooLarge |= !progress.Add(count))
                continue;
            await write(buffer.AsMemory(0, count));
        }
        if (tooLarge)
            throw new ProfileFailedException($"it is larger than {progress.MostBytes} bytes: ask for fewer seconds");
    }

    private static bool IsOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";

    private sealed class Progress(long mostBytes, TimeProvider time)
    {
        private long _bytes;
        private long _last;

        public long MostBytes => mostBytes;

        public bool Add(int bytes)
        {
            Volatile.Write(ref _last, time.GetTimestamp());
            return Interlocked.Add(ref _bytes, bytes) <= mostBytes;
        }

        public bool IsQuiet(TimeSpan forSoLong) => Volatile.Read(ref _bytes) > 0 && time.GetElapsedTime(Volatile.Read(ref _last)) >= forSoLong;
    }
}

/// <summary>There is no profile. The message says why, and holds nothing secret.</summary>
internal sealed class ProfileFailedException(string message) : IOException(message);
