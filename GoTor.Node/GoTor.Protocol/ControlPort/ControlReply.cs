using System.Text;

namespace GoTor.Protocol.ControlPort;

/// <summary>
/// An answer to one command, or an event: lines of code and text, of which all but the last say that more follow. Values that hold
/// line ends go as data, with dots doubled at the start of a line. control-spec §2.3. Not safe for concurrent use.
/// </summary>
internal sealed class ControlReply
{
    private readonly StringBuilder _text = new();
    private int _lastSeparator = -1;

    public static ControlReply Ok => Of(250, "OK");

    public bool IsEmpty => _text.Length == 0;

    public static ControlReply Of(int code, string text) => new ControlReply().Line(code, text);

    public ControlReply Line(int code, string text)
    {
        Start(code, '-');
        AppendOneLine(text);
        _text.Append("\r\n");
        return this;
    }

    /// <summary>A line <c>Key=Value</c>, or the key and the value as data.</summary>
    public ControlReply Value(int code, string key, string value) =>
        value.AsSpan().ContainsAny('\r', '\n') ? Data(code, key + "=", value) : Line(code, $"{key}={value}");

    /// <summary>A line with data behind it.</summary>
    public ControlReply Data(int code, string text, string data)
    {
        Start(code, '+');
        _lastSeparator = -1;
        AppendOneLine(text);
        _text.Append("\r\n");
        bool atStart = true;
        char before = '\n';
        foreach (char c in data)
        {
            if (c == '.' && atStart)
                _text.Append('.');
            if (c == '\n' && before != '\r')
                _text.Append('\r');
            _text.Append(c);
            atStart = c == '\n';
            before = c;
        }

        if (before != '\n' || data.Length == 0)
            _text.Append("\r\n");
        _text.Append(".\r\n");
        return this;
    }

    /// <summary>Bytes for the controller. The last line says that it is the last.</summary>
    public byte[] ToBytes()
    {
        if (_lastSeparator >= 0)
            _text[_lastSeparator] = ' ';
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    public override string ToString() => "[scrubbed]";

    private void Start(int code, char separator)
    {
        _text.Append(code.ToString("000", System.Globalization.CultureInfo.InvariantCulture));
        _lastSeparator = _text.Length;
        _text.Append(separator);
    }

    /// <summary>Whatever a text holds, it cannot begin another line.</summary>
    private void AppendOneLine(string text)
    {
        int at = _text.Length;
        _text.Append(text);
        if (text.AsSpan().ContainsAny('\r', '\n'))
            _text.Replace('\r', ' ', at, text.Length).Replace('\n', ' ', at, text.Length);
    }
}
