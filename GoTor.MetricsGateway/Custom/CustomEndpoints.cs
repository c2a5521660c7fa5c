using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GoTor.MetricsGateway.Http;

namespace GoTor.MetricsGateway.Custom;

/// <summary>The same as <see cref="CustomMetricsService"/> for those who would rather send JSON.</summary>
internal sealed class CustomEndpoints(CustomRegistry registry, CustomUsage usage)
{
    public Task RegisterAsync(HttpContext context) => ServeAsync(context, CustomJsonContext.Default.RegisterJson, register =>
        new CustomAnswerJson { PrometheusName = registry.Register(register.ToRequest()) });

    public Task UpdateAsync(HttpContext context) => ServeAsync(context, CustomJsonContext.Default.UpdatesJson, updates =>
    {
        registry.Update(updates.ToUpdates());
        return new CustomAnswerJson();
    });

    private async Task ServeAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, CustomAnswerJson> act)
        where T : class
    {
        (int status, CustomAnswerJson answer) = await AnswerAsync(context, type, act);
        await context.SendAsync(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(answer, CustomJsonContext.Default.CustomAnswerJson));
    }

    private async Task<(int Status, CustomAnswerJson Answer)> AnswerAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, CustomAnswerJson> act)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
            return (StatusCodes.Status415UnsupportedMediaType, new CustomAnswerJson { Error = "send JSON, with content-type: application/json" });
        try
        {
            T message = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw CustomRules.Invalid("the body is null");
            CustomAnswerJson answer = act(message);
            usage.Taken();
            return (StatusCodes.Status200OK, answer);
        }
        catch (JsonException error)
        {
            usage.Refused(CustomRefusal.Invalid);
            return (StatusCodes.Status400BadRequest, new CustomAnswerJson { Error = Reports.ReportText.Clean(error.Message, 300) });
        }
        catch (CustomRefusedException refused)
        {
            usage.Refused(refused.Reason);
            return (StatusOf(refused.Reason), new CustomAnswerJson { Error = refused.Message });
        }
        catch (BadHttpRequestException error)
        {
            return (error.StatusCode, new CustomAnswerJson { Error = "the body is too large or broken off" });
        }
    }

    private static int StatusOf(CustomRefusal reason) => reason switch
    {
        CustomRefusal.NotRegistered => StatusCodes.Status404NotFound,
        CustomRefusal.Taken => StatusCodes.Status409Conflict,
        CustomRefusal.Quota => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status400BadRequest,
    };
}
