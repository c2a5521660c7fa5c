using GoTor.MetricsContract.Profiling;
using GoTor.MetricsGateway.Http;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Profiling;

/// <summary><c>POST /debug/profile</c>. One profile at a time.</summary>
internal sealed class ProfileEndpoint(ProfilingOptions options, NodeProfiles nodeProfiles, INodeDirectory nodes, TimeProvider time, ILogger<ProfileEndpoint> logger)
{
    private int _isBusy;

    public async Task ServeAsync(HttpContext context)
    {
        if (!options.Enabled)
        {
            await context.SendTextAsync(StatusCodes.Status403Forbidden, "Profiling is off: set Gateway:Profiling:Enabled to allow it.");
            return;
        }
        if (ProfileQuery.Read(context.Request.Query, options.MaxSeconds, out ProfileQuery query) is { } fault)
        {
            await context.SendTextAsync(StatusCodes.Status400BadRequest, fault);
            return;
        }
        if (query.Node is { } id && WhyNot(id) is { } reason)
        {
            await context.SendTextAsync(reason.Status, reason.Text);
            return;
        }
        if (Interlocked.Exchange(ref _isBusy, 1) != 0)
        {
            context.Response.Headers.RetryAfter = "10";
            await context.SendTextAsync(StatusCodes.Status409Conflict, "Another profile is being recorded. One at a time.");
            return;
        }
        try
        {
            await RecordAsync(context, query);
        }
        finally
        {
            Volatile.Write(ref _isBusy, 0);
        }
    }

    private (int Status, string Text)? WhyNot(string id)
    {
        NodeState? node = nodes.List().FirstOrDefault(node => node.Latest.NodeId == id);
        return node switch
        {
            null => (StatusCodes.Status404NotFound, "No such node."),
            { Presence: not NodePresence.Live } => (StatusCodes.Status409Conflict, "The node does not report at present."),
            { Latest.Profiling: false } => (StatusCodes.Status409Conflict, "The node offers no profiles: set MetricsProfiling 1 in its configuration."),
            _ => null,
        };
    }

    private async Task RecordAsync(HttpContext context, ProfileQuery query)
    {
        string target = query.Node ?? "gateway";
        ProfilingLog.Recording(logger, query.Kind.ToString(), target);
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("gotor-profile-");
            string file = Path.Combine(folder.FullName, "profile.nettrace");
            await using (FileStream into = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
                await RecordAsync(query, into, context.RequestAborted);
            if (query.IsSpeedscope)
            {
                string converted = Path.Combine(folder.FullName, "profile.speedscope.json");
                await SpeedscopeConverter.ConvertAsync(file, converted, context.RequestAborted);
                file = converted;
            }
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{query.FileName(time.GetUtcNow())}\"";
            context.Response.ContentType = query.IsSpeedscope ? "application/json" : "application/octet-stream";
            context.Response.ContentLength = new FileInfo(file).Length;
            await context.Response.SendFileAsync(file, context.RequestAborted);
            ProfilingLog.Recorded(logger, target, context.Response.ContentLength.Value);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
        catch (TimeoutException)
        {
            ProfilingLog.Failed(logger, target, "no answer");
            await context.SendTextAsync(StatusCodes.Status504GatewayTimeout, "The node did not send a profile in time.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !context.Response.HasStarted)
        {
            ProfilingLog.Failed(logger, target, error.Message);
            bool isNodes = error is ProfileFailedException && query.Node is not null;
            await context.SendTextAsync(isNodes ? StatusCodes.Status502BadGateway : StatusCodes.Status500InternalServerError, $"There is no profile: {error.Message}.");
        }
        finally
        {
            folder?.Delete(recursive: true);
        }
    }

    private Task RecordAsync(ProfileQuery query, FileStream into, CancellationToken cancellation) => query.Node is null
        ? OwnProcessRecorder.RecordAsync(query.Kind, query.Duration, options.MaxBytes, bytes => into.WriteAsync(bytes, CancellationToken.None), time, cancellation)
        : nodeProfiles.FetchAsync(query, into, cancellation);
}
