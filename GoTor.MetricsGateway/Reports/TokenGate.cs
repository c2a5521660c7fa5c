using Microsoft.AspNetCore.Http.Features;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Marks an endpoint that only those with the token may call.</summary>
/// <param name="own">The token; null for that of the nodes.</param>
[AttributeUsage(AttributeTargets.All)]
internal sealed class RequiresTokenAttribute(ReportToken? own) : Attribute
{
    public ReportToken? Own { get; } = own;
}

/// <summary>Marking endpoints.</summary>
internal static class RequiresTokenExtensions
{
    /// <summary>Only those with the token may call these endpoints: 401, or UNAUTHENTICATED for gRPC.</summary>
    /// <param name="builder">The endpoints.</param>
    /// <param name="own">The token; null for that of the nodes.</param>
    public static TBuilder RequireToken<TBuilder>(this TBuilder builder, ReportToken? own = null)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiresTokenAttribute(own));
}

/// <summary>Turns away calls without the token, before a byte of their body is read.</summary>
internal sealed class TokenGate(RequestDelegate next, ReportToken token, TokenFailures failures)
{
    private const string Reason = "The token is missing or wrong: send 'authorization: Bearer TOKEN' with the gateway's token.";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiresTokenAttribute>() is not { } required)
            return next(context);
        bool isGrpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        if ((required.Own ?? token).IsPresentedBy(context.Request.Headers.Authorization))
        {
            // gRPC has a limit of its own, per message and with a status that says so.
            if (isGrpc && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = null;
            return next(context);
        }
        failures.Add(context.Connection.RemoteIpAddress);
        if (isGrpc)
        {
            // A gRPC answer without a message: the status is in the headers.
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "16";
            context.Response.Headers["grpc-message"] = Reason;
            return Task.CompletedTask;
        }
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(Reason + "\n", context.RequestAborted);
    }
}
