using System.Buffers;

namespace GoTor.Client.Streams;

/// <summary>
/// What an application sent before its stream was connected. Kept until CONNECTED, so that it can be sent again on another circuit.
/// The proxy appends while the connector reads; both may run at once. Proposal 181.
/// </summary>
internal sealed class OptimisticData
{
    /// <summary>The proxy stops reading from the application here, in bytes.</summary>
    public const int Limit = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Length
    {
        get
        {
            lock (_lock)
                return _bytes.WrittenCount;
        }
    }

    /// <summary>How much of it the connected stream has taken; the proxy sends the rest itself.</summary>
    public int Sent { get; set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource grown;
        lock (_lock)
        {
            _bytes.Write(bytes);
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        grown.TrySetResult();
    }

    /// <summary>A copy of everything from <paramref name="offset"/> on.</summary>
    public byte[] From(int offset)
    {
        lock (_lock)
            return _bytes.WrittenSpan[offset..].ToArray();
    }

    /// <summary>Completes when more than <paramref name="length"/> bytes are there.</summary>
    public Task WaitForMoreThanAsync(int length)
    {
        lock (_lock)
            return _bytes.WrittenCount > length ? Task.CompletedTask : _grown.Task;
    }
}
