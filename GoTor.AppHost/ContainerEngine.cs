using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace GoTor.AppHost;

/// <summary>A container engine that answers.</summary>
/// <param name="Client">"docker" or "podman".</param>
internal sealed record ContainerEngine(string Client, string Version)
{
    private const string Runtime = "ASPIRE_CONTAINER_RUNTIME";

    /// <summary>A client that cannot reach its engine may wait for minutes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>One line that says what is left out without an engine.</summary>
    public static string NoteWithout => "No container engine answers, so there are no containers: "
        + (LocalPrometheus.Find() is { } program
            ? $"{program} runs as Prometheus, Alertmanager and Grafana are left out."
            : "Prometheus, Alertmanager and Grafana are left out.");

    /// <summary>
    /// Asks docker, then podman, or only the one that <c>ASPIRE_CONTAINER_RUNTIME</c> names; Aspire is told which. A client on the path
    /// is no proof of an engine, so the engine itself must give its version.
    /// </summary>
    public static async Task<ContainerEngine?> FindAsync(IConfiguration configuration)
    {
        string[] clients = configuration[Runtime] is { Length: > 0 } chosen ? [chosen] : ["docker", "podman"];
        foreach (string client in clients)
        {
            if (await VersionAsync(client, Limit) is { } version)
            {
                configuration[Runtime] = client;
                return new ContainerEngine(client, version);
            }
        }

        return null;
    }

    /// <returns>The engine's version; null when there is no such client, no engine behind it, or no answer in time.</returns>
    internal static async Task<string?> VersionAsync(string client, TimeSpan limit)
    {
        using CancellationTokenSource late = new(limit);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(client, ["version", "--format", "{{.Server.Version}}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            try
            {
                Task<string> errors = process.StandardError.ReadToEndAsync(late.Token);
                string answer = await process.StandardOutput.ReadToEndAsync(late.Token);
                await errors;
                await process.WaitForExitAsync(late.Token);
                return process.ExitCode == 0 && answer.Trim() is { Length: > 0 } version ? version : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
