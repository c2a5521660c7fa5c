using System.Net;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Dashboard.Live;
using GoTor.MetricsGateway.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>The dashboard's place in the gateway.</summary>
internal static class DashboardEndpoints
{
    /// <summary>Nothing from elsewhere, nothing inline, in no frame.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Needs an <see cref="Nodes.INodeDirectory"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddSingleton<DashboardMetrics>();
        services.AddSingleton<DashboardViews>();
        services.AddSingleton<HistoryRecorder>();
        services.AddSingleton<LiveFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<HistoryRecorder>());
        services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
        return services;
    }

    /// <summary>/debug/metrics and what belongs to it.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/debug/metrics", Methods, Page);
        endpoints.MapMethods("/debug/metrics/app.css", Methods, (HttpContext context) => Asset(context, DashboardAssets.Style));
        endpoints.MapMethods("/debug/metrics/app.js", Methods, (HttpContext context) => Asset(context, DashboardAssets.Script));
        endpoints.MapMethods("/debug/metrics/events", [HttpMethods.Get], EventsAsync);
    }

    private static IResult Page(HttpContext context, DashboardViews views)
    {
        DashboardView view = views.Of(Asked(context));
        Protect(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text(DashboardPage.Write(view), "text/html; charset=utf-8", statusCode: view.IsUnknown ? 404 : 200);
    }

    private static IResult Asset(HttpContext context, IResult asset)
    {
        Protect(context.Response);
        // Asked for again each time, answered with 304 until the program changes.
        context.Response.Headers.CacheControl = "no-cache";
        return asset;
    }

    private static async Task EventsAsync(HttpContext context, LiveFeed feed, INodeDirectory nodes)
    {
        HttpResponse response = context.Response;
        Protect(response);
        response.Headers.CacheControl = "no-store";
        string? asked = Asked(context);
        if (asked is not null && nodes.Find(asked) is null)
        {
            // Each view costs a rendering per round: there are as many as nodes, not as many as names. The page goes on without this.
            response.StatusCode = StatusCodes.Status404NotFound;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync("No such node has reported to this gateway.\n", context.RequestAborted);
            return;
        }

        LiveListener? listener = feed.Open(asked, context.Connection.RemoteIpAddress ?? IPAddress.None, context.Abort);
        if (listener is null)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = "5";
            await response.WriteAsync("Too many pages are open. The page refreshes itself without this.\n", context.RequestAborted);
            return;
        }

        try
        {
            response.ContentType = "text/event-stream";
            // For proxies that would collect events into larger answers.
            response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await foreach (ReadOnlyMemory<byte> message in listener.Messages.ReadAllAsync(context.RequestAborted))
            {
                await response.Body.WriteAsync(message, context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Gone, or dropped.
        }
        finally
        {
            feed.Close(asked, listener);
        }
    }

    /// <summary>An empty choice is that of all nodes.</summary>
    private static string? Asked(HttpContext context) => context.Request.Query["node"].ToString() is { Length: > 0 } node ? node : null;

    private static void Protect(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
