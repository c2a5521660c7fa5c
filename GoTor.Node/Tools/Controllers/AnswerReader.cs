using System.Globalization;
using System.Text;

namespace GoTor.Node.Tools.Controllers;

/// <summary>Takes a control connection's bytes apart into answers. control-spec §2.3. One reader at a time.</summary>
/// <param name="maxBytes">An answer that is larger is an error: whoever sends it is no node.</param>
internal sealed class AnswerReader(Stream stream, int maxBytes = AnswerReader.UsualMaximum)
{
    /// <summary>All relays of the public network (ns/all) are a few MiB.</summary>
    public const int UsualMaximum = 64 << 20;

    private byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;

    /// <returns>Null when the connection has ended between two answers.</returns>
    /// <exception cref="InvalidDataException">This is not the control protocol, or the connection ended within an answer.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<ControlAnswer?> ReadAsync(CancellationToken cancellation)
    {
        List<ControlAnswerLine> lines = [];
        int size = 0;
        while (true)
        {
            if (await ReadLineAsync(cancellation) is not { } line)
                return lines.Count == 0 ? null : throw new InvalidDataException("The connection ended within an answer.");
            size = Count(size, line);
            if (line.Length < 4 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int code) || line[3] is not (' ' or '-' or '+'))
                throw new InvalidDataException("What answers does not speak Tor's control protocol.");
            string? data = null;
            if (line[3] == '+')
                (data, size) = await ReadDataAsync(size, cancellation);
            lines.Add(new ControlAnswerLine(code, line[4..], data));
            if (line[3] == ' ')
                return new ControlAnswer(lines);
        }
    }

    private async ValueTask<(string Data, int Size)> ReadDataAsync(int size, CancellationToken cancellation)
    {
        StringBuilder data = new();
        while (await ReadLineAsync(cancellation) is { } line)
        {
            size = Count(size, line);
            if (line == ".")
                return (data.ToString(), size);
            if (data.Length > 0)
                data.Append('\n');
            data.Append(line.AsSpan(line.StartsWith('.') ? 1 : 0));
        }

        throw new InvalidDataException("The connection ended within an answer.");
    }

    private int Count(int size, string line) =>
        size + line.Length > maxBytes ? throw new InvalidDataException($"The answer is larger than {maxBytes} bytes.") : size + line.Length;

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellation)
    {
        int searched = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                int length = searched + at;
                string line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }

            searched = _end - _start;
            if (!await FillAsync(cancellation))
                return searched == 0 ? null : throw new InvalidDataException("The connection ended within an answer.");
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= maxBytes)
                throw new InvalidDataException($"The answer is larger than {maxBytes} bytes.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}
