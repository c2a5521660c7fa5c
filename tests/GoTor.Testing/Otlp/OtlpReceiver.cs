using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GoTor.Testing.Otlp;

/// <summary>What a sender delivered.</summary>
/// <param name="Path">As "/v1/traces", or the gRPC method's.</param>
/// <param name="Authorization">The header of that name, or empty.</param>
/// <param name="Body">The request message, without gRPC's frame.</param>
internal sealed record OtlpDelivery(string Path, string Authorization, byte[] Body);

/// <summary>
/// A receiver of OTLP on loopback, over HTTP and over gRPC, that keeps the bytes as they came. Written from the OTLP specification, apart
/// from any sender.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int FrameLength = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpDelivery> _deliveries = new();

    private long _requests;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Deliveries, and those that were not taken.</summary>
    public long Requests => Volatile.Read(ref _requests);

    public IReadOnlyList<OtlpDelivery> Deliveries => [.. _deliveries];

    /// <summary>For OTLP over HTTP; add "/v1/traces" or "/v1/metrics".</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>For OTLP over gRPC.</summary>
    public string GrpcAddress { get; private set; } = "";

    /// <summary>While set, every delivery is answered with 503 or UNAVAILABLE.</summary>
    public bool IsDown { get; set; }

    /// <param name="httpPort">0: the system chooses.</param>
    public static async Task<OtlpReceiver> StartAsync(int httpPort = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        OtlpReceiver receiver = new(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        (receiver.HttpAddress, receiver.GrpcAddress) = (addresses[0], addresses[1]);
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        bool isGrpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        byte[] message = body.ToArray();
        if (isGrpc)
        {
            // One message: a flag of no compression, its length, itself.
            if (message[0] != 0 || BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1)) != message.Length - FrameLength)
                throw new InvalidDataException("Not one uncompressed gRPC message.");
            message = message[FrameLength..];
        }

        Interlocked.Increment(ref _requests);
        if (!IsDown)
            _deliveries.Enqueue(new OtlpDelivery(context.Request.Path, context.Request.Headers.Authorization.ToString(), message));
        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            if (!IsDown)
                await context.Response.Body.WriteAsync(new byte[FrameLength]); // An empty answer.
            context.Response.AppendTrailer("grpc-status", IsDown ? "14" : "0");
        }
        else
        {
            context.Response.StatusCode = IsDown ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            context.Response.ContentType = "application/x-protobuf";
        }
    }
}
