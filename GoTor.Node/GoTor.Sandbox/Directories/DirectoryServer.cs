using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using GoTor.Protocol.Crypto;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.Directories;

/// <summary>Speaks HTTP/1.0 on BEGIN_DIR streams: one request, one answer. dir-spec §6. Safe for concurrent use.</summary>
internal sealed class DirectoryServer(DirectoryArchive archive, TimeProvider time)
{
    private const int MaxRequest = 64 * 1024;

    /// <param name="garbage">Documents are noise of the right length.</param>
    public async Task ServeAsync(IClientBytes fromClient, PipeWriter toClient, bool garbage, CancellationToken cancellationToken)
    {
        if (await ReadHeadAsync(fromClient, cancellationToken) is not { } head)
            return;
        DirectoryAnswer answer = DirectoryRequestLine.TryParse(head, out DirectoryRequestLine? request)
            ? archive.Answer(request)
            : DirectoryAnswer.BadRequest;
        if (garbage && answer.Document is { } good)
            answer = answer with { Document = Noise(good.Plain.Length) };
        await toClient.WriteAsync(Head(answer, request), cancellationToken);
        if (answer.Document is not null)
            await toClient.WriteAsync(answer.Document.Packed(request!.Encoding), cancellationToken);
    }

    /// <returns>Null when the client left, or talks too long.</returns>
    private static async Task<string?> ReadHeadAsync(IClientBytes fromClient, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1024];
        int length = 0;
        while (true)
        {
            int read = await fromClient.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return null;
            length += read;
            int end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Encoding.ASCII.GetString(buffer, 0, end);
            if (length == MaxRequest)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(MaxRequest, length * 2));
        }
    }

    private static PackedDocument Noise(int length)
    {
        byte[] noise = new byte[length];
        TorRandom.Secure.Fill(noise);
        return new PackedDocument(noise);
    }

    private byte[] Head(DirectoryAnswer answer, DirectoryRequestLine? request)
    {
        var text = new StringBuilder();
        text.Append("HTTP/1.0 ").Append(answer.Status).Append("\r\n");
        text.Append("Date: ").Append(time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture)).Append("\r\n");
        if (answer.Document is { } document)
        {
            text.Append("Content-Type: text/plain\r\n");
            text.Append("X-Your-Address-Is: 127.0.0.1\r\n");
            text.Append("Content-Encoding: ").Append(Packings.NameOf(request!.Encoding)).Append("\r\n");
            text.Append("Content-Length: ").Append(document.Packed(request.Encoding).Length).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }
}
