using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory;

/// <summary>What the directory room uses of others. Each is safe for concurrent use.</summary>
internal sealed record DirectoryServices(
    IDirectoryConnector Connector,
    IDirectoryGuards Guards,
    BootstrapStatus Bootstrap,
    DirectoryMetrics Metrics,
    TorRandom Random,
    TimeProvider Time,
    ILogger Logger);
