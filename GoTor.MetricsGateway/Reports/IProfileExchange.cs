using Grpc.Core;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Where profiles of nodes are asked for and come in. Without one, none are.</summary>
internal interface IProfileExchange
{
    /// <summary>What to ask this node for in the answer to its report, or null. Asked only for nodes that offer profiling.</summary>
    MetricsContract.ProfileRequest? NextFor(string nodeId);

    /// <summary>Receives one profile. The caller's token is checked.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: it was not asked for, or is too large.</exception>
    Task<MetricsContract.ProfileReceipt> ReceiveAsync(IAsyncStreamReader<MetricsContract.ProfileChunk> chunks, CancellationToken cancellation);
}
