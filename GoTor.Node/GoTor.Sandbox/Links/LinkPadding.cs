using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Links;

/// <summary>
/// Pads a link towards a client as a relay does: once it carries circuits, whenever it was silent for long enough, unless the client has said
/// stop. The read loop tells it what the client wants, the write loop when something was sent. padding-spec §2.
/// </summary>
internal sealed class LinkPadding(LinkOutbox outbox, TimeProvider time)
{
    private volatile ChannelPaddingParameters _parameters = new();
    private volatile bool _wanted = true;
    private volatile bool _used;
    private long _lastSent = time.GetTimestamp();

    /// <summary>A circuit was made.</summary>
    public void Used() => _used = true;

    public void Sent() => Volatile.Write(ref _lastSent, time.GetTimestamp());

    /// <summary>The client cannot ask for less delay than the consensus has.</summary>
    public void Negotiated(PaddingNegotiateMessage message)
    {
        var usual = new ChannelPaddingParameters();
        _parameters = usual with
        {
            Low = Math.Max(usual.Low, message.LowMilliseconds),
            High = Math.Max(usual.High, message.HighMilliseconds),
        };
        _wanted = message.Action != PaddingNegotiateCommand.Stop;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            TimeSpan delay = ChannelPaddingRules.NextDelay(ChannelPaddingMode.Normal, _parameters, TorRandom.Secure) ?? TimeSpan.FromSeconds(1);
            TimeSpan left = delay;
            while (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time, stopping);
                left = delay - time.GetElapsedTime(Volatile.Read(ref _lastSent));
            }

            if (_used && _wanted)
                outbox.TryAppend(null, CircuitId.Channel, ChannelCommand.Padding, []);
            else
                Sent();
        }
    }
}
