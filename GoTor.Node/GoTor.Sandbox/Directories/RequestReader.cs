using System.Text;
using GoTor.Protocol.OnionServices;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.Directories;

/// <summary>Reads one HTTP request. What it holds is bounded, whatever is sent. One per stream.</summary>
internal sealed class RequestReader(IClientBytes fromClient)
{
    private const int MaxHead = 64 * 1024;

    // Nothing but descriptors of onion services is ever uploaded here.
    private const int MaxBody = OuterDescriptor.MaxLength;

    private byte[] _buffer = new byte[1024];
    private int _start;
    private int _length;

    /// <returns>Request line and headers; null when the client left, or talks too long.</returns>
    public async Task<string?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _start = end + 4;
                return Encoding.ASCII.GetString(_buffer, 0, end);
            }

            if (_length >= MaxHead || !await ReadMoreAsync(MaxHead, cancellationToken))
                return null;
        }
    }

    /// <returns>Null when that is more than anybody may send, or the client left before.</returns>
    public async Task<byte[]?> ReadBodyAsync(int length, CancellationToken cancellationToken)
    {
        if (length > MaxBody)
            return null;
        while (_length < _start + length)
        {
            if (!await ReadMoreAsync(_start + length, cancellationToken))
                return null;
        }

        return _buffer.AsSpan(_start, length).ToArray();
    }

    private async ValueTask<bool> ReadMoreAsync(int max, CancellationToken cancellationToken)
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, Math.Min(Math.Max(max, _length + 1), _length * 2));
        int read = await fromClient.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
        _length += read;
        return read > 0;
    }
}
