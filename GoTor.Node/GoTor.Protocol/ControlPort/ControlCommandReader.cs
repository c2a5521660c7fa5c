using System.Text;

namespace GoTor.Protocol.ControlPort;

/// <summary>
/// Cuts what controllers send into commands: lines that end with LF or CR LF, and behind a name with a plus lines of data up to one with
/// a single dot. control-spec §2.2, C tor's control.c. Bytes may come in any pieces. Holds one command's bytes at most, and
/// what was read behind it. One caller at a time.
/// </summary>
internal sealed class ControlCommandReader
{
    /// <summary>Bytes of the longest command, its data included (C tor's MAX_COMMAND_LINE_LENGTH).</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The same for a stranger, who has nothing to say but who he is.</summary>
    public const int MaxFirstLength = 64 << 10;

    private const int FirstLength = 1024;

    private static readonly string[] HttpMethods = ["CONNECT ", "DELETE ", "GET ", "POST ", "PUT "];

    private byte[] _buffer = new byte[FirstLength];
    private int _start;
    private int _end;
    private int _scanned; // Bytes from _start that are known to hold whole lines of an unfinished command, or no line's end.

    /// <summary>Bytes that wait.</summary>
    public int Length => _end - _start;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _end < bytes.Length)
            MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The next command, if there is a whole one.</summary>
    /// <param name="isOpen">The controller has authenticated: from then on nobody takes it for a browser.</param>
    /// <param name="command">Set for <see cref="ControlReadStatus.Command"/>.</param>
    public ControlReadStatus Read(bool isOpen, out ControlCommand? command)
    {
        command = null;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, Length);
        if (!isOpen && Foreign(bytes) is { } foreign)
            return foreign;
        int max = isOpen ? MaxLength : MaxFirstLength;
        int length = FindEnd(bytes, out int data, out int dataEnd);
        if (length > max || (length < 0 && bytes.Length > max))
            return ControlReadStatus.TooLong;
        if (length < 0)
            return ControlReadStatus.NeedMore;
        command = Parse(bytes[..data], dataEnd < 0 ? default : bytes[data..dataEnd], dataEnd >= 0);
        // It may have held a password.
        _buffer.AsSpan(_start, length).Clear();
        _start += length;
        _scanned = 0;
        if (_start == _end)
            _start = _end = 0;
        return ControlReadStatus.Command;
    }

    private static ControlReadStatus? Foreign(ReadOnlySpan<byte> bytes)
    {
        foreach (string method in HttpMethods)
        {
            if (bytes.Length >= method.Length && Encoding.ASCII.GetString(bytes[..method.Length]) == method)
                return ControlReadStatus.Http;
        }

        return bytes.Length >= 4 && bytes[2] == 0 && bytes[3] <= 0x14 ? ControlReadStatus.Version0 : null;
    }

    /// <returns>Bytes of the whole command, or -1. Data lies from <paramref name="data"/> to <paramref name="dataEnd"/>, which is -1 without.</returns>
    private int FindEnd(ReadOnlySpan<byte> bytes, out int data, out int dataEnd)
    {
        (data, dataEnd) = (0, -1);
        if (bytes.IsEmpty)
            return -1;
        if (bytes[0] != '+')
        {
            int end = bytes[_scanned..].IndexOf((byte)'\n');
            if (end < 0)
                _scanned = bytes.Length;
            return data = end < 0 ? -1 : _scanned + end + 1;
        }

        // _scanned stands at the start of a line here.
        while (bytes[_scanned..].IndexOf((byte)'\n') is var end and >= 0)
        {
            ReadOnlySpan<byte> line = bytes.Slice(_scanned, end + 1);
            if (_scanned > 0 && (line.SequenceEqual(".\n"u8) || line.SequenceEqual(".\r\n"u8)))
            {
                data = bytes.IndexOf((byte)'\n') + 1;
                dataEnd = _scanned;
                return _scanned + line.Length;
            }

            _scanned += line.Length;
            if (_scanned > MaxLength)
                return _scanned;
        }

        return -1;
    }

    private static ControlCommand Parse(ReadOnlySpan<byte> line, ReadOnlySpan<byte> data, bool hasData)
    {
        int name = 0;
        while (name < line.Length && !IsSpace(line[name]))
            name++;
        return new ControlCommand(
            Encoding.UTF8.GetString(line[..name]), Text(line[name..]).Trim(' ', '\t', '\r', '\n', '\v', '\f'), hasData ? Unescape(data) : null);
    }

    /// <summary>A NUL ends the text, as it does in C tor.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int nul = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(nul < 0 ? bytes : bytes[..nul]);
    }

    private static string Unescape(ReadOnlySpan<byte> data)
    {
        StringBuilder text = new();
        foreach (string line in Text(data).Split('\n'))
        {
            ReadOnlySpan<char> content = line.AsSpan();
            if (content.StartsWith('.'))
                content = content[1..];
            if (content.EndsWith('\r'))
                content = content[..^1];
            text.Append(content).Append('\n');
        }

        // The last piece is what follows the last line's end: nothing.
        return text.Length > 0 ? text.ToString(0, text.Length - 1) : "";
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'\v' or (byte)'\f';

    private void MakeRoom(int count)
    {
        int length = Length;
        byte[] target = length + count <= _buffer.Length ? _buffer : new byte[Math.Max(_buffer.Length * 2, length + count)];
        _buffer.AsSpan(_start, length).CopyTo(target);
        _buffer = target;
        (_start, _end) = (0, length);
    }
}
