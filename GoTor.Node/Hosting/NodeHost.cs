using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using GoTor.Client;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Dns;
using GoTor.Client.Storage;
using GoTor.Client.Telemetry;
using GoTor.Node.Configuration;
using GoTor.Node.Control;
using GoTor.Node.Logging;
using GoTor.Node.Profiling;
using GoTor.Node.Reporting;
using GoTor.Node.Tracing;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>Runs one client with its SOCKS ports until a signal says stop.</summary>
internal sealed class NodeHost : IAsyncDisposable, ISignalTarget
{
    private readonly CommandLine _commandLine;
    private readonly TorLoggerProvider _logs;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private readonly TorClient _client;
    private readonly SocksServer _socks;
    private readonly DnsServer _dns;
    private readonly BootstrapConsole _console;
    private readonly NodeReporting? _reporting;
    private readonly IDisposable? _watching;
    private readonly SandboxHost? _sandbox;
    private readonly NodeControl _control;
    private readonly RunningConfiguration _running;
    private readonly OwnerProcess _owner;
    private NodeConfiguration _configuration;
    private StopSignals? _stop;

    private NodeHost(CommandLine commandLine, NodeConfiguration configuration, IReadOnlyList<ConfigLine> lines, TorLoggerProvider logs, ILoggerFactory loggerFactory, IMeterFactory meterFactory, NodeReporting? reporting, SandboxHost? sandbox)
    {
        (_commandLine, _configuration, _logs, _loggerFactory) = (commandLine, configuration, logs, loggerFactory);
        (_reporting, _sandbox) = (reporting, sandbox);
        _logger = loggerFactory.CreateLogger("Node");
        _client = TorClient.Open(configuration.Client, loggerFactory, meterFactory, TimeProvider.System, TorRandom.Secure);
        _socks = _client.CreateSocksServer();
        _dns = _client.CreateDnsServer();
        bool terminal = !Console.IsOutputRedirected && configuration.Logs is [{ Target: LogTarget.StandardOutput, Minimum: LogSeverity.Notice }];
        _console = new BootstrapConsole(_client.Bootstrap, _logger, terminal);
        _watching = reporting?.Watch(_client, _socks, configuration.SocksPorts.Count);
        _owner = new OwnerProcess(TimeProvider.System, _logger);
        _running = new RunningConfiguration(commandLine, lines, Apply);
        _control = new NodeControl(_running, Effective, _client.Parts, this, Listeners, logs, meterFactory, loggerFactory);
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CommandLine commandLine, NodeConfiguration configuration, ConfigurationResult read)
    {
        try
        {
            using TorLoggerProvider logs = new(configuration.Logs, TimeProvider.System);
            using ILoggerFactory loggerFactory = LoggerFactory.Create(builder => builder.AddProvider(logs).SetMinimumLevel(LogLevel.Trace));
            await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
            ILogger logger = loggerFactory.CreateLogger("Node");
            NodeLog.Banner(logger, NodeProgram.Version, RuntimeInformation.FrameworkDescription, configuration.NetworkName);
            if (ConfigurationFiles.TorrcOf(commandLine) is { } torrc)
                NodeLog.ReadTorrc(logger, torrc);
            foreach (ConfigProblem warning in read.Warnings)
                NodeLog.ConfigurationWarning(logger, warning.ToString());
            try
            {
                using TraceExport? traces = configuration.Traces is { } wanted ? TraceExport.Start(wanted, NodeProgram.Version, logger) : null;
                IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
                await using NodeReporting? reporting = configuration.Metrics is { } metrics
                    ? NodeReporting.Start(metrics, configuration.NetworkName, NodeProgram.Version, meters, loggerFactory, TimeProvider.System)
                    : null;
                await using ProfileUploader? profiles = reporting is not null && configuration.Metrics is { Profiling: true } offered
                    ? new ProfileUploader(reporting, offered.NodeName, TimeProvider.System, loggerFactory.CreateLogger("Metrics"))
                    : null;
                using StopSignals stop = new();
                await using SandboxHost? sandbox = await SandboxHost.StartAsync(configuration, loggerFactory);
                configuration = sandbox?.Join(configuration) ?? configuration;
                await using NodeHost host = new(commandLine, configuration, read.Lines, logs, loggerFactory, meters, reporting, sandbox);
                return await host.RunAsync(stop);
            }
            catch (Exception error) when (error is StorageException or TorException or SocketException or IOException or UnauthorizedAccessException)
            {
                NodeLog.Fatal(logger, error.Message);
                return 1;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"[err] The log cannot be opened: {error.Message}");
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watching?.Dispose();
        _console.Dispose();
        await _control.DisposeAsync();
        await _dns.DisposeAsync();
        await _socks.DisposeAsync();
        await _client.DisposeAsync();
    }

    private async Task<int> RunAsync(StopSignals stop)
    {
        _stop = stop;
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, HangUp);

        await _control.StartAsync(_configuration);
        await _socks.StartAsync([.. _configuration.SocksPorts, .. _configuration.OtherPorts]);
        await _dns.StartAsync(_configuration.DnsPorts);
        _client.Start();
        using ServiceManager service = ServiceManager.FromEnvironment(TimeProvider.System);
        using PidFile? pid = PidFile.Write(_configuration.PidFile);
        service.Ready();
        await using SandboxTraffic? traffic = _configuration.Sandbox is { Traffic: true } ? SandboxTraffic.Start(_client, TimeProvider.System) : null;

        using CancellationTokenSource ending = new();
        _owner.Watch(_configuration.OwningProcess);
        Task owner = _owner.WaitForEndAsync(ending.Token);
        Task first = await Task.WhenAny(stop.First, _client.Fatal, _control.OwnerLeft, owner);
        await ending.CancelAsync();
        await owner;
        if (first == _client.Fatal)
        {
            NodeLog.Fatal(_logger, await _client.Fatal);
            return 1;
        }

        // Whoever started us is gone: nobody waits for streams any more.
        TimeSpan patience = first == stop.First ? _configuration.ShutdownWaitLength : TimeSpan.Zero;
        if (_socks.ConnectionCount > 0 && patience > TimeSpan.Zero)
            NodeLog.Draining(_logger, (int)patience.TotalSeconds);
        service.Stopping();
        await _socks.StopAsync(patience, stop.AtOnce);

        NodeLog.Exiting(_logger);
        return 0;

        void HangUp(PosixSignalContext context)
        {
            context.Cancel = true;
            _control.Signals.Announce("RELOAD");
            Reload();
        }
    }

    /// <summary>Reads everything again; takes all of it or nothing.</summary>
    public void Reload()
    {
        NodeLog.Reloading(_logger);
        foreach (string problem in _running.Reload())
            NodeLog.ReloadRefused(_logger, problem);
    }

    /// <summary>One at a time: <see cref="RunningConfiguration"/> sees to that.</summary>
    private ConfigurationOutcome Apply(ConfigurationResult result, bool isController)
    {
        NodeConfiguration fresh = _sandbox?.Join(result.Configuration!) ?? result.Configuration!;
        string[] fixedOptions = [.. ReloadRules.NeedRestart(_configuration, fresh)];
        if (isController && fixedOptions.Length > 0)
            return ConfigurationOutcome.Refuse(553, $"Transition not allowed: While Tor is running, changing {string.Join(", ", fixedOptions)} is not allowed");
        NodeConfiguration next = ReloadRules.Merge(_configuration, fresh);
        string[] sensitive = isController ? [.. ReloadRules.ChangeAnonymity(_configuration.Client, next.Client)] : [];
        try
        {
            TakeOver(next);
        }
        catch (Exception error) when (error is TorException or StorageException or IOException or UnauthorizedAccessException)
        {
            return ConfigurationOutcome.Refuse(553, $"Unable to set option: {error.Message}");
        }

        foreach (ConfigProblem warning in result.Warnings)
            NodeLog.ConfigurationWarning(_logger, warning.ToString());
        foreach (string option in fixedOptions)
            NodeLog.NeedsRestart(_logger, option);
        if (sensitive.Length > 0)
            NodeLog.ControllerChanged(_logger, string.Join(", ", sensitive));
        return new ConfigurationOutcome(null, ReloadRules.LinesInForce(_running.Lines, result.Lines, fixedOptions));
    }

    /// <summary>First everything that can fail, which changes nothing yet; then all of it.</summary>
    private void TakeOver(NodeConfiguration next)
    {
        using TorLoggerProvider.Places logs = _logs.Prepare(next.Logs);
        _control.Server.Prepare(next.Control);
        try
        {
            if (ReloadRules.ChangesPaths(_configuration.Client, next.Client))
                _client.Reconfigure(next.Client);
        }
        catch
        {
            _control.Server.Forget(next.Control);
            throw;
        }

        _logs.Use(logs);
        _control.Server.Use(next.Control);
        _owner.Watch(next.OwningProcess);
        if (next.Metrics is { Gateway: not null, Token: { } token })
            _reporting?.UseToken(token, next.Metrics.TokenFile);
        _configuration = next;
    }

    void ISignalTarget.Stop(bool atOnce) => _stop?.Request(atOnce);

    void ISignalTarget.LogEverything() => _logs.ShowEverything();

    void ISignalTarget.LogStatus()
    {
        ClientStatus status = _client.Status;
        ClientParts parts = _client.Parts;
        NodeLog.Heartbeat(
            _logger, status.Bootstrap.Percent, parts.Circuits.Counts.Open, parts.Circuits.Counts.Pending, parts.Channels.OpenCount,
            parts.Traffic.TotalRead, parts.Traffic.TotalWritten);
    }

    /// <summary>Where ports of a kind listen, for GETINFO net/listeners/….</summary>
    private IReadOnlyList<EndPoint> Listeners(string kind) => kind switch
    {
        "socks" => _socks.LocalEndPointsOf(ProxyKind.Socks),
        "httptunnel" => _socks.LocalEndPointsOf(ProxyKind.HttpTunnel),
        "trans" => _socks.LocalEndPointsOf(ProxyKind.Transparent),
        "dns" => _dns.LocalEndPoints,
        "control" => _control.Server.LocalEndPoints,
        _ => [],
    };

    /// <summary>Options whose value nobody wrote and that have no fixed default.</summary>
    private string? Effective(string option) => option switch
    {
        "DataDirectory" => _configuration.Client.DataDirectory,
        "CacheDirectory" => _configuration.Client.CacheDirectory ?? _configuration.Client.DataDirectory,
        "CookieAuthFile" => _configuration.Control.CookieFile,
        _ => null,
    };
}
