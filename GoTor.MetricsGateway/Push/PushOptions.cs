namespace GoTor.MetricsGateway.Push;

/// <summary>Pushing to a Pushgateway. Section Gateway:Push of the settings.</summary>
internal sealed record PushOptions
{
    /// <summary>The Pushgateway, as http://127.0.0.1:9091; null: nothing is pushed.</summary>
    public Uri? Url { get; init; }

    /// <summary>How often. Something is also pushed once more when the gateway stops.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The label "job" of the group.</summary>
    public string Job { get; init; } = "gotor";

    /// <summary>The label "instance" of the group; empty: the group has none.</summary>
    public string Instance { get; init; } = "";

    /// <summary>For basic authentication, with <see cref="PasswordFile"/>.</summary>
    public string? Username { get; init; }

    /// <summary>A file with the password in its first line.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>A file with a bearer token in its first line.</summary>
    public string? BearerTokenFile { get; init; }

    /// <summary>Deletes the group when the gateway stops, instead of leaving its last values.</summary>
    public bool DeleteOnShutdown { get; init; }
}

/// <summary>Exporting over OTLP. Section Gateway:Otlp of the settings.</summary>
internal sealed record OtlpOptions
{
    /// <summary>The collector: http://ADDRESS:PORT for gRPC, with a path such as /v1/metrics for HTTP; null: nothing is exported.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How often.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A file with a bearer token in its first line.</summary>
    public string? BearerTokenFile { get; init; }
}
