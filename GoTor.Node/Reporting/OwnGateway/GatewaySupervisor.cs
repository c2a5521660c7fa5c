using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using GoTor.MetricsContract;
using GoTor.Node.Reporting.Sending;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting.OwnGateway;

/// <summary>
/// Keeps a gateway of the node's own running and carries reports to it. A gateway that ends is started again, after longer and longer
/// pauses when it ends soon. Safe for concurrent use.
/// </summary>
internal sealed class GatewaySupervisor : IReportSink, IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A run of that length was no failure to start.</summary>
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);

    /// <summary>A gateway that says nothing for that long will not say anything.</summary>
    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(60);

    private readonly GatewayFiles _files;
    private readonly IPEndPoint _http;
    private readonly BearerToken _token;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private GrpcReportSink? _sink;

    /// <param name="http">Where the gateway serves its pages.</param>
    /// <param name="chance">A number from 0 to 1, another one each time.</param>
    /// <exception cref="IOException">That address is in use or is not ours.</exception>
    public GatewaySupervisor(GatewayFiles files, IPEndPoint http, BearerToken token, ILogger logger, TimeProvider time, Func<double> chance)
    {
        (_files, _http, _token, _logger, _time, _chance) = (files, http, token, logger, time, chance);
        TryAddress(http);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The connection to the gateway; null while none runs.</summary>
    public GrpcReportSink? Current => Volatile.Read(ref _sink);

    public async Task<ReportOutcome> SendAsync(NodeReport report, CancellationToken cancellationToken)
    {
        try
        {
            if (Current is { } sink)
                return await sink.SendAsync(report, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The gateway ended just now.
        }

        return new ReportOutcome(ReportResult.NotReady);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Better a clear word at start than a child that fails again and again.</summary>
    private static void TryAddress(IPEndPoint address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the gateway's own server does it: a port whose old connections linger is free.
            if (!OperatingSystem.IsWindows())
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(address);
            socket.Listen();
        }
        catch (SocketException error)
        {
            throw new IOException($"MetricsPort {address} cannot be opened: {error.Message}. Is another program using it?", error);
        }
    }

    private async Task RunAsync()
    {
        int failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            long started = _time.GetTimestamp();
            string end;
            try
            {
                end = await RunOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (TimeoutException)
            {
                end = $"it did not say within {PatienceAtStart.TotalSeconds:F0} s where it listens";
            }
            catch (Exception error)
            {
                // Whatever it is: the next run may go well, and without one there are no metrics.
                end = error.Message;
            }

            failures = _time.GetElapsedTime(started) >= LongRun ? 1 : Math.Min(failures + 1, 10);
            TimeSpan pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << (failures - 1))) * (0.5 + (0.5 * _chance()));
            OwnGatewayLog.Ended(_logger, end, pause.TotalSeconds);
            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>How it ended.</returns>
    private async Task<string> RunOnceAsync(CancellationToken stopping)
    {
        GatewayChild child;
        try
        {
            child = GatewayChild.Start(_files, _http, _token, Relay);
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }

        await using (child.ConfigureAwait(false))
        {
            if (await child.Grpc.WaitAsync(PatienceAtStart, _time, stopping).ConfigureAwait(false) is { } grpc)
            {
                using GrpcReportSink sink = new(grpc, new GatewayToken(_token, null));
                Volatile.Write(ref _sink, sink);
                OwnGatewayLog.Serving(_logger, _http);
                try
                {
                    return $"exit code {await child.WaitAsync(stopping).ConfigureAwait(false)}";
                }
                finally
                {
                    Volatile.Write(ref _sink, null);
                }
            }

            return $"exit code {await child.WaitAsync(stopping).ConfigureAwait(false)}";
        }
    }

    private void Relay(string line)
    {
        GatewayLogLine parsed = GatewayLogLine.Parse(line);
        OwnGatewayLog.Said(_logger, parsed.Level, parsed.Text);
    }
}
