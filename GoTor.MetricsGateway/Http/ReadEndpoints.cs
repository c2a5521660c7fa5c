namespace GoTor.MetricsGateway.Http;

/// <summary>Endpoints that only read.</summary>
internal static class ReadEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Serves GET and HEAD; other methods get 405 with <c>Allow</c>.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder endpoints, string path, RequestDelegate serve) =>
        endpoints.MapMethods(path, Methods, serve);

    /// <summary>Sends a whole answer with its length.</summary>
    public static Task SendAsync(this HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Sends a line of plain text.</summary>
    public static Task SendTextAsync(this HttpContext context, int status, string line) =>
        context.SendAsync(status, "text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(line + "\n"));
}
