using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;

namespace GoTor.Client.ControlPort;

/// <summary>
/// What one controller has not read yet. Answers wait for room, which stops the reading of commands; events do not wait: a controller
/// that leaves too many unread is cut off. Safe for concurrent use; one runs <see cref="RunAsync"/>, one waits for room.
/// </summary>
internal sealed class ControlOutbox
{
    /// <summary>Bytes of events that may wait.</summary>
    public const int MaxEventBytes = 8 << 20;

    private const int RoomForAnswers = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Bytes, bool IsEvent)> _queue = [];
    private readonly AsyncSignal _filled = new();
    private readonly AsyncSignal _drained = new();
    private long _answerBytes;
    private long _eventBytes;
    private bool _isEnding;

    /// <summary>Queues an event.</summary>
    /// <returns>False when too many wait already. Answers do not count: their size is not the reader's fault.</returns>
    public bool TryPost(byte[] bytes)
    {
        lock (_lock)
        {
            if (_eventBytes + bytes.Length > MaxEventBytes)
                return false;
            _queue.Enqueue((bytes, true));
            Interlocked.Add(ref _eventBytes, bytes.Length);
        }

        _filled.Set();
        return true;
    }

    /// <summary>Queues an answer, and waits while much is unread.</summary>
    public async ValueTask PostAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _queue.Enqueue((bytes, false));
            Interlocked.Add(ref _answerBytes, bytes.Length);
        }

        _filled.Set();
        while (Interlocked.Read(ref _answerBytes) > RoomForAnswers)
            await _drained.WaitAsync(cancellationToken);
    }

    /// <summary>Nothing more comes: <see cref="RunAsync"/> returns when all is sent.</summary>
    public void Complete()
    {
        lock (_lock)
            _isEnding = true;
        _filled.Set();
    }

    public async Task RunAsync(Socket socket, CancellationToken cancellationToken)
    {
        while (true)
        {
            (byte[] Bytes, bool IsEvent) next;
            bool isEnding;
            lock (_lock)
            {
                _queue.TryDequeue(out next);
                isEnding = _isEnding;
            }

            if (next.Bytes is null)
            {
                if (isEnding)
                    return;
                await _filled.WaitAsync(cancellationToken);
                continue;
            }

            await socket.SendAllAsync(next.Bytes, cancellationToken);
            Interlocked.Add(ref next.IsEvent ? ref _eventBytes : ref _answerBytes, -next.Bytes.Length);
            _drained.Set();
        }
    }
}
