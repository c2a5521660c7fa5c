using Grpc.Core;

namespace GoTor.MetricsGateway.Reports;

/// <summary>The gRPC service that nodes report to. <see cref="TokenGate"/> has let the caller in.</summary>
internal sealed class NodeReportsService(ReportIntake intake, IServiceProvider services) : MetricsContract.NodeReports.NodeReportsBase
{
    private readonly IProfileExchange? _profiles = services.GetService<IProfileExchange>();

    public override Task<MetricsContract.ReportAnswer> Report(MetricsContract.NodeReport request, ServerCallContext context)
    {
        try
        {
            MetricsContract.ReportAnswer answer = intake.Take(request);
            if (request.Profiling && !request.Final)
                answer.Profile = _profiles?.NextFor(request.NodeId);
            return Task.FromResult(answer);
        }
        catch (ReportRefusedException refused)
        {
            throw new RpcException(new Status(CodeOf(refused.Reason), refused.Message));
        }
    }

    public override Task<MetricsContract.ProfileReceipt> UploadProfile(
        IAsyncStreamReader<MetricsContract.ProfileChunk> requestStream, ServerCallContext context) =>
        _profiles?.ReceiveAsync(requestStream, context.CancellationToken)
        ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "this gateway did not ask for a profile"));

    private static StatusCode CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.OlderProcess => StatusCode.AlreadyExists,
        RefusalReason.Quota or RefusalReason.Rate => StatusCode.ResourceExhausted,
        RefusalReason.Internal => StatusCode.Internal,
        RefusalReason.Token => StatusCode.Unauthenticated,
        _ => StatusCode.InvalidArgument,
    };
}
