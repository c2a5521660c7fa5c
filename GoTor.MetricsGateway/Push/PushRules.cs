namespace GoTor.MetricsGateway.Push;

/// <summary>What is wrong with the settings of this room. Pure, but for looking whether files are there.</summary>
internal static class PushRules
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);

    public static IEnumerable<string> Faults(PushOptions push, OtlpOptions otlp)
    {
        if (push.Url is not null)
        {
            foreach (string fault in Check("Push:Url", push.Url, "Push:Period", push.Period))
                yield return fault;
            if (push.Job.Length == 0)
                yield return "Push:Job is empty: a group needs a job";
            if ((push.Username is null) != (push.PasswordFile is null))
                yield return "Push:Username and Push:PasswordFile belong together";
            if (push.Username?.Contains(':', StringComparison.Ordinal) == true)
                yield return "Push:Username cannot hold a colon";
            if (push.Username is not null && push.BearerTokenFile is not null)
                yield return "Push has a user name and a bearer token: give one of them";
        }
        if (otlp.Endpoint is not null)
        {
            foreach (string fault in Check("Otlp:Endpoint", otlp.Endpoint, "Otlp:Period", otlp.Period))
                yield return fault;
        }
        foreach ((string name, string? file) in new[]
            { ("Push:PasswordFile", push.PasswordFile), ("Push:BearerTokenFile", push.BearerTokenFile), ("Otlp:BearerTokenFile", otlp.BearerTokenFile) })
        {
            if (file is not null && !File.Exists(file))
                yield return $"{name}: there is no file '{file}'";
        }
    }

    /// <summary>Whether what is sent there can be read on the way.</summary>
    public static bool IsExposed(Uri there) => !there.IsLoopback && there.Scheme != Uri.UriSchemeHttps;

    private static IEnumerable<string> Check(string urlName, Uri url, string periodName, TimeSpan period)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            yield return $"{urlName} must be a URL such as http://127.0.0.1:9091, without a user name or query in it";
        if (period < ShortestPeriod || period > TimeSpan.FromDays(1))
            yield return $"{periodName} must be between {ShortestPeriod} and a day";
    }
}
