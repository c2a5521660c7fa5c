using Grpc.Core;

namespace GoTor.MetricsGateway.Custom;

/// <summary>The gRPC service for applications. The caller's token is checked.</summary>
internal sealed class CustomMetricsService(CustomRegistry registry, CustomUsage usage) : MetricsContract.CustomMetrics.CustomMetricsBase
{
    public override Task<MetricsContract.RegisterAnswer> Register(MetricsContract.RegisterRequest request, ServerCallContext context) =>
        Answer(() => new MetricsContract.RegisterAnswer { PrometheusName = registry.Register(request) });

    public override Task<MetricsContract.UpdateAnswer> Update(MetricsContract.UpdateRequest request, ServerCallContext context) => Answer(() =>
    {
        registry.Update(request.Updates);
        return new MetricsContract.UpdateAnswer();
    });

    private Task<T> Answer<T>(Func<T> act)
    {
        try
        {
            T answer = act();
            usage.Taken();
            return Task.FromResult(answer);
        }
        catch (CustomRefusedException refused)
        {
            usage.Refused(refused.Reason);
            throw new RpcException(new Status(CodeOf(refused.Reason), refused.Message));
        }
    }

    private static StatusCode CodeOf(CustomRefusal reason) => reason switch
    {
        CustomRefusal.NotRegistered => StatusCode.NotFound,
        CustomRefusal.Taken => StatusCode.AlreadyExists,
        CustomRefusal.Quota => StatusCode.ResourceExhausted,
        _ => StatusCode.InvalidArgument,
    };
}
