using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using GoTor.Protocol.Crypto;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.OnionServices;

namespace GoTor.Sandbox.Directories;

/// <summary>Speaks HTTP/1.0 on BEGIN_DIR streams: one request, one answer. dir-spec §6. Safe for concurrent use.</summary>
internal sealed class DirectoryServer(DirectoryArchive archive, TimeProvider time)
{
    public async Task ServeAsync(IClientBytes fromClient, PipeWriter toClient, DirectoryVisit visit, CancellationToken cancellationToken)
    {
        var reader = new RequestReader(fromClient);
        if (await reader.ReadHeadAsync(cancellationToken) is not { } head)
            return;
        DirectoryAnswer answer = DirectoryAnswer.BadRequest;
        if (DirectoryRequest.TryParse(head, out DirectoryRequest? request))
        {
            if (request.IsPost && await reader.ReadBodyAsync(request.ContentLength, cancellationToken) is { } body)
                request = request with { Body = body };
            answer = Answer(request, visit);
        }

        if (visit.Garbage && answer.Document is { } good)
            answer = answer with { Document = Noise(good.Plain.Length) };
        Packing packing = answer.IsPlain || request is null ? Packing.Identity : request.Encoding;
        await toClient.WriteAsync(Head(answer, packing), cancellationToken);
        if (answer.Document is not null)
            await toClient.WriteAsync(answer.Document.Packed(packing), cancellationToken);
    }

    private DirectoryAnswer Answer(DirectoryRequest request, DirectoryVisit visit) =>
        visit.OnionServices is { } services && request.Path.StartsWith(OnionServiceDirectory.Prefix, StringComparison.Ordinal)
            ? services.Answer(request, visit.IsAnonymous)
            : archive.Answer(request);

    private static PackedDocument Noise(int length)
    {
        byte[] noise = new byte[length];
        TorRandom.Secure.Fill(noise);
        return new PackedDocument(noise);
    }

    private byte[] Head(DirectoryAnswer answer, Packing packing)
    {
        var text = new StringBuilder();
        text.Append("HTTP/1.0 ").Append(answer.Status).Append("\r\n");
        text.Append("Date: ").Append(time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture)).Append("\r\n");
        if (answer.Document is { } document)
        {
            text.Append("Content-Type: text/plain\r\n");
            text.Append("X-Your-Address-Is: 127.0.0.1\r\n");
            text.Append("Content-Encoding: ").Append(Packings.NameOf(packing)).Append("\r\n");
            text.Append("Content-Length: ").Append(document.Packed(packing).Length).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }
}
