using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Streams;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Circuits;

/// <summary>
/// One stream that ends here, between its circuit and its target. Members that say so want the circuit's gate held; the loops take it for
/// moments. What a client has sent and the target has not taken is bounded by the stream's window, what goes the other way by the pipe.
/// </summary>
#pragma warning disable CA1001 // RunAsync disposes what it owns when it ends, and it always runs.
internal sealed class ExitStream(CircuitStreams owner, StreamId id, StreamTarget target) : IClientBytes
#pragma warning restore CA1001
{
    // A few cells under one lock, then others have a turn.
    private const int Batch = 32;
    private const int ToClientBuffer = 64 * 1024;

    private readonly Pipe _fromClient = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new PipeOptions(
        pauseWriterThreshold: ToClientBuffer, resumeWriterThreshold: ToClientBuffer / 2, useSynchronizationContext: false));
    private readonly CancellationTokenSource _stopping = new();
    private StreamWindow _window = new();
    private TaskCompletionSource? _resume;
    private bool _ended;

    public StreamId Id => id;

    private RelayCircuit Circuit => owner.Circuit;

    /// <summary>DATA, END or SENDME from the client. With the gate held.</summary>
    /// <exception cref="CircuitViolationException">More than a window allows.</exception>
    public void Take(RelayCommand command, ReadOnlySpan<byte> message)
    {
        switch (command)
        {
            case RelayCommand.Data:
                _window.DataReceived();
                _fromClient.Writer.Write(message);
                // Never waits: the window is the bound.
                ValueTask<FlushResult> flushed = _fromClient.Writer.FlushAsync();
                if (flushed.IsCompleted)
                    _ = flushed.Result;
                break;
            case RelayCommand.Sendme:
                _window.SendmeReceived();
                Resume();
                break;
            case RelayCommand.End:
                _ended = true;
                owner.Remove(this);
                _fromClient.Writer.Complete();
                Resume();
                break;
        }
    }

    /// <summary>More may be sent. With the gate held.</summary>
    public void Resume()
    {
        _resume?.TrySetResult();
        _resume = null;
    }

    /// <summary>The circuit is gone. With the gate held.</summary>
    public void Close()
    {
        _ended = true;
        Resume();
        _ = _stopping.CancelAsync();
    }

    /// <summary>Connects and carries bytes until either side ends the stream. Never throws.</summary>
    public async Task RunAsync()
    {
        EndReason reason = EndReason.Done;
        try
        {
            await Task.Yield(); // The caller holds the gate.
            ConnectedMessage connected = await target.ConnectAsync(_stopping.Token);
            lock (Circuit.Gate)
                Circuit.Send(id, connected);
            await Task.WhenAll(RunTargetAsync(), SendAsync());
        }
        catch (SocketException e)
        {
            reason = e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => EndReason.ConnectRefused,
                SocketError.ConnectionReset => EndReason.ConnectionReset,
                SocketError.TimedOut => EndReason.Timeout,
                _ => EndReason.NoRoute,
            };
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            reason = EndReason.Misc;
        }

        lock (Circuit.Gate)
        {
            if (!_ended)
            {
                _ended = true;
                owner.Remove(this);
                Circuit.Send(id, new EndMessage(reason));
            }
        }

        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        ReadResult result = await _fromClient.Reader.ReadAsync(cancellationToken);
        int length = (int)Math.Min(result.Buffer.Length, destination.Length);
        long left = result.Buffer.Length - length;
        result.Buffer.Slice(0, length).CopyTo(destination.Span);
        _fromClient.Reader.AdvanceTo(result.Buffer.GetPosition(length));
        lock (Circuit.Gate)
        {
            // What is left over is counted in cells as full as they can be.
            int waiting = (int)((left + CellLayout.RelayDataLengthV0 - 1) / CellLayout.RelayDataLengthV0);
            while (!_ended && _window.TakeSendmeDue(waiting))
                Circuit.Send(id, SendmeMessage.Unauthenticated);
        }

        return length;
    }

    private async Task RunTargetAsync()
    {
        Exception? failure = null;
        try
        {
            await target.RunAsync(this, _toClient.Writer, _stopping.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            failure = e;
        }

        await _toClient.Writer.CompleteAsync(failure);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await _toClient.Reader.ReadAsync(_stopping.Token);
                ReadOnlySequence<byte> rest = result.Buffer;
                while (!rest.IsEmpty)
                {
                    await ReadyAsync();
                    if (!SendSome(ref rest))
                        return;
                }

                _toClient.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        finally
        {
            await _toClient.Reader.CompleteAsync();
        }
    }

    /// <returns>False once the stream has ended.</returns>
    private bool SendSome(ref ReadOnlySequence<byte> rest)
    {
        Span<byte> bytes = stackalloc byte[CellLayout.RelayDataLengthV0];
        lock (Circuit.Gate)
        {
            for (int i = 0; i < Batch && !rest.IsEmpty && !_ended && _window.CanSend && Circuit.Flow.CanSend; i++)
            {
                int count = owner.Fill((int)Math.Min(rest.Length, bytes.Length));
                rest.Slice(0, count).CopyTo(bytes);
                rest = rest.Slice(count);
                _window.DataSent();
                Circuit.SendData(id, bytes[..count]);
            }

            return !_ended;
        }
    }

    private async Task ReadyAsync()
    {
        await Circuit.Previous.Outbox.RoomAsync();
        while (true)
        {
            Task wait;
            lock (Circuit.Gate)
            {
                if (_ended || (_window.CanSend && Circuit.Flow.CanSend))
                    return;
                wait = (_resume ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await wait;
        }
    }
}
