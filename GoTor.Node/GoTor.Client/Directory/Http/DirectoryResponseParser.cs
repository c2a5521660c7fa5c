using System.Buffers;
using System.Globalization;
using System.Text;
using GoTor.Client.Directory.Compression;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Http;

/// <summary>
/// Reads one HTTP/1.0 answer, fed in pieces of any size. Strict and bounded: what is unclear (two lengths, an encoding of
/// transfer, bare line ends) is refused instead of guessed at. Not safe for concurrent use.
/// </summary>
internal sealed class DirectoryResponseParser(int maxBodyLength)
{
    private const int MaxHeadersLength = 32 * 1024;
    private readonly ArrayBufferWriter<byte> _headers = new(1024);
    private readonly ArrayBufferWriter<byte> _body = new();
    private Phase _phase = Phase.Headers;
    private int? _contentLength;
    private int _status;
    private ContentEncoding _encoding;
    private DateTimeOffset? _date;

    private enum Phase
    {
        Headers,
        Body,
        Complete,
    }

    /// <summary>Everything announced is there: nothing more needs to be read.</summary>
    public bool IsComplete => _phase == Phase.Complete;

    /// <exception cref="MalformedMessageException">Not an answer that we understand, or one that is too large.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_phase == Phase.Headers)
            bytes = FeedHeaders(bytes);
        if (_phase == Phase.Body && !bytes.IsEmpty)
            FeedBody(bytes);
    }

    /// <summary>The stream has ended, or <see cref="IsComplete"/>.</summary>
    /// <exception cref="MalformedMessageException">It ended within the headers.</exception>
    public DirectoryResponse Finish()
    {
        if (_phase == Phase.Headers)
            throw new MalformedMessageException("A directory server ended its answer within the headers.");
        bool complete = _contentLength is null || _body.WrittenCount == _contentLength;
        return new DirectoryResponse(_status, _encoding, _date, _body.WrittenMemory, complete);
    }

    private ReadOnlySpan<byte> FeedHeaders(ReadOnlySpan<byte> bytes)
    {
        // The end may straddle two pieces: look again at the last three bytes of what came before.
        int before = _headers.WrittenCount;
        int taken = Math.Min(bytes.Length, MaxHeadersLength - before + 1);
        _headers.Write(bytes[..taken]);
        ReadOnlySpan<byte> all = _headers.WrittenSpan;
        int from = Math.Max(0, before - 3);
        int end = all[from..].IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return all.Length <= MaxHeadersLength
                ? []
                : throw new MalformedMessageException($"A directory server sent headers of more than {MaxHeadersLength} bytes.");
        }

        end += from;
        ParseHeaders(all[..end]);
        _phase = _contentLength == 0 ? Phase.Complete : Phase.Body;
        return bytes[(end + 4 - before)..];
    }

    private void FeedBody(ReadOnlySpan<byte> bytes)
    {
        if (_contentLength is { } length)
            bytes = bytes[..Math.Min(bytes.Length, length - _body.WrittenCount)];
        if (bytes.Length > maxBodyLength - _body.WrittenCount)
            throw new MalformedMessageException($"A directory server sent more than {maxBodyLength} bytes.");
        _body.Write(bytes);
        if (_body.WrittenCount == _contentLength)
            _phase = Phase.Complete;
    }

    private void ParseHeaders(ReadOnlySpan<byte> block)
    {
        if (block.Contains((byte)0))
            throw new MalformedMessageException("A directory server sent a NUL in its headers.");
        bool first = true, sawEncoding = false;
        foreach (Range range in block.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = block[range];
            if (line.ContainsAny("\r\n"u8))
                throw new MalformedMessageException("A directory server sent a bare line end in its headers.");
            if (first)
            {
                ParseStatusLine(line);
                first = false;
                continue;
            }

            int colon = line.IndexOf((byte)':');
            if (colon < 1)
                throw new MalformedMessageException("A directory server sent a header without a name.");
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            switch (Encoding.Latin1.GetString(line[..colon]).ToUpperInvariant())
            {
                case "CONTENT-LENGTH":
                    if (_contentLength is not null)
                        throw new MalformedMessageException("A directory server sent two lengths.");
                    _contentLength = ParseLength(value);
                    break;
                case "CONTENT-ENCODING":
                    if (sawEncoding || !ContentEncodings.TryParse(Encoding.Latin1.GetString(value), out _encoding))
                        throw new MalformedMessageException("A directory server used an encoding that we did not ask for.");
                    sawEncoding = true;
                    break;
                case "TRANSFER-ENCODING":
                    throw new MalformedMessageException("A directory server used a transfer encoding.");
                case "DATE":
                    if (DateTimeOffset.TryParseExact(
                        Encoding.Latin1.GetString(value), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
                        _date = date;
                    break;
            }
        }
    }

    private void ParseStatusLine(ReadOnlySpan<byte> line)
    {
        bool isHttp = line.StartsWith("HTTP/1.0 "u8) || line.StartsWith("HTTP/1.1 "u8);
        ReadOnlySpan<byte> rest = isHttp ? line[9..] : [];
        if (rest.Length < 3 || (rest.Length > 3 && rest[3] != ' ')
            || !int.TryParse(rest[..3], NumberStyles.None, CultureInfo.InvariantCulture, out _status) || _status is < 100 or >= 600)
            throw new MalformedMessageException("A directory server did not answer in HTTP.");
    }

    private int ParseLength(ReadOnlySpan<byte> value)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int length))
            throw new MalformedMessageException("A directory server sent a length that is no number.");
        return length <= maxBodyLength
            ? length
            : throw new MalformedMessageException($"A directory server announced more than {maxBodyLength} bytes.");
    }
}
