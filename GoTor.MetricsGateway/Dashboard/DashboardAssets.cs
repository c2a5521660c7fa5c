using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>The page's style and script. They are part of the program: nothing is read from disk and nothing comes from elsewhere.</summary>
internal static class DashboardAssets
{
    public static IResult Style { get; } = Load("app.css", "text/css; charset=utf-8");

    public static IResult Script { get; } = Load("app.js", "text/javascript; charset=utf-8");

    private static IResult Load(string name, string type)
    {
        using Stream resource = typeof(DashboardAssets).Assembly.GetManifestResourceStream("GoTor.MetricsGateway.Dashboard." + name)
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        string tag = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));
        return Results.Bytes(content, type, entityTag: new EntityTagHeaderValue($"\"{tag}\""));
    }
}
