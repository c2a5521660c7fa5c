namespace GoTor.MetricsGateway.Http;

/// <summary>
/// What every request passes first: the right port for what it wants, the right host name, room for one more request, the headers that all
/// answers carry, and go-tor's words for 404 and 405.
/// </summary>
internal sealed class FrontDoor(RequestDelegate next, HostCheck hosts, RequestLimit limit)
{
    private const string GrpcPaths = "/gotor.metrics.v1.";

    public async Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        ListenerKind? listener = context.Features.Get<ListenerKind>();
        bool wantsGrpc = context.Request.Path.Value?.StartsWith(GrpcPaths, StringComparison.Ordinal) == true;
        if (listener is not null && listener.IsGrpc != wantsGrpc)
        {
            headers.XContentTypeOptions = "nosniff";
            await context.SendTextAsync(StatusCodes.Status404NotFound, "404 page not found");
            return;
        }
        if (wantsGrpc)
        {
            await next(context);
            return;
        }
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!hosts.Allows(context.Request.Host))
        {
            await context.SendTextAsync(
                StatusCodes.Status421MisdirectedRequest, "This gateway does not answer under that host name. To allow it, set Gateway:AllowedHosts.");
            return;
        }
        if (context.Request.Method.AsSpan().ContainsAnyInRange('a', 'z'))
        {
            // Methods are case-sensitive (RFC 9110); routing would not see a difference.
            await context.SendTextAsync(StatusCodes.Status501NotImplemented, "Method not known");
            return;
        }
        if (!limit.TryEnter())
        {
            headers.RetryAfter = "1";
            await context.SendTextAsync(StatusCodes.Status503ServiceUnavailable, "Too many requests at once.");
            return;
        }
        try
        {
            await ServeAsync(context);
        }
        finally
        {
            limit.Leave();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (path.Length > 1 && path.EndsWith('/'))
            context.Response.StatusCode = StatusCodes.Status404NotFound; // Routing would take "/metrics/" for "/metrics".
        else
            await next(context);
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null)
            return;
        if (context.Response.StatusCode == StatusCodes.Status404NotFound)
            await context.SendTextAsync(StatusCodes.Status404NotFound, "404 page not found");
        else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
            await context.SendTextAsync(StatusCodes.Status405MethodNotAllowed, "Method not allowed");
    }
}

/// <summary>On the connection: which of the two ports it came in by.</summary>
internal sealed record ListenerKind(bool IsGrpc);
