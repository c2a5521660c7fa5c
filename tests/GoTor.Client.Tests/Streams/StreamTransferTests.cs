using System.Security.Cryptography;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>Bytes through a circuit of three hops with real crypto.</summary>
public sealed class StreamTransferTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Download_64MiB_ArrivesWholeAndIsAcknowledgedExactly()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = 64 * Megabyte;
        await using (Circuit circuit = await harness.BuildAsync())
        await using (TorStream stream = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None))
        {
            byte[] buffer = new byte[16 * 1024];
            byte[] expected = new byte[buffer.Length];
            long received = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                ScriptedStream.Served(received, expected.AsSpan(0, read));
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(expected.AsSpan(0, read)));
                received += read;
            }

            Assert.Equal(64 * Megabyte, received);
            ScriptedCircuit relay = harness.Lane.Circuit;
            long cells = (received + 497) / 498;
            Assert.Equal(cells, relay.DataSent);
            await CircuitHarness.EventuallyAsync(() => relay.CircuitSendmesReceived == cells / 100);
            Assert.InRange(relay.StreamSendmesReceived, (cells / 50) - 10, cells / 50);
            Assert.Empty(relay.Complaints);
        }
    }

    [Fact]
    public async Task Upload_64MiB_ArrivesWholeWithinTheWindows()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        byte[] chunk = new byte[16 * 1024];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long position = 0; position < 64 * Megabyte; position += chunk.Length)
        {
            ScriptedStream.Served(position, chunk);
            hash.AppendData(chunk);
            await stream.WriteAsync(chunk);
        }

        await stream.CompleteWritesAsync();
        ScriptedStream exit = harness.Lane.Circuit.Streams.Values.Single();
        await CircuitHarness.EventuallyAsync(() => exit.EndedByClient);
        Assert.Equal(64 * Megabyte, exit.ReceivedLength);
        Assert.Equal(Convert.ToHexString(hash.GetHashAndReset()), exit.ReceivedHash);
        Assert.Empty(harness.Lane.Circuit.Complaints);
        // The queue to the channel stays short: a writer waits for the network.
        Assert.InRange(harness.Lane.MostQueued, 1, harness.Lane.Capacity + 16);
    }

    [Fact]
    public async Task Echo_BothWaysAtOnce_ReturnsEveryByte()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        const int Length = 4 * Megabyte;
        byte[] sent = new byte[Length];
        ScriptedStream.Served(0, sent);
        Task writing = Task.Run(async () =>
        {
            var random = new Random(1);
            for (int position = 0; position < Length;)
            {
                int count = Math.Min(random.Next(1, 3000), Length - position);
                await stream.WriteAsync(sent.AsMemory(position, count));
                position += count;
            }
        });
        byte[] received = new byte[Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        await writing;
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received));
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }

    [Fact]
    public async Task Read_WithBuffersOfEverySize_NeverReturnsZeroBeforeTheEnd()
    {
        using var harness = new CircuitHarness();
        const int Length = 300_000;
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = Length;
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stream = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
        byte[] buffer = new byte[1100];
        byte[] expected = new byte[1100];
        int received = 0;
        for (int size = 1; received < Length; size = size % buffer.Length + 1)
        {
            // Waiting without a buffer takes nothing.
            if (size % 7 == 0)
                Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
            int read = await stream.ReadAsync(buffer.AsMemory(0, size));
            Assert.InRange(read, 1, size);
            ScriptedStream.Served(received, expected.AsSpan(0, read));
            Assert.Equal(expected.AsSpan(0, read), buffer.AsSpan(0, read));
            received += read;
        }

        Assert.Equal(0, await stream.ReadAsync(buffer));
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Download_ReaderStops_SenderStopsAtTheWindowAndGoesOnLater()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = 4 * Megabyte;
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stream = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
        ScriptedCircuit relay = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => relay.DataSent == 500);
        await harness.DoAsync(_ => { });
        Assert.Equal(500, relay.DataSent);
        Assert.Equal(0, relay.StreamSendmesReceived);

        // Taking 49 messages is not enough for a SENDME; the 50th is.
        byte[] buffer = new byte[49 * 498];
        await stream.ReadExactlyAsync(buffer);
        await harness.DoAsync(_ => { });
        Assert.Equal(500, relay.DataSent);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 498));
        await CircuitHarness.EventuallyAsync(() => relay.DataSent == 550);
        Assert.Equal(1, relay.StreamSendmesReceived);
        Assert.Empty(relay.Complaints);
    }

    [Fact]
    public async Task Download_OneReaderStops_OtherStreamsOfTheCircuitGoOn()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = Megabyte;
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stuck = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            await using TorStream stream = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
            Assert.Equal(Megabyte, await CountAsync(stream));
        }

        Assert.Equal(Megabyte, await CountAsync(stuck));
    }

    [Fact]
    public async Task Upload_ExitGivesNoStreamSendmes_WriterWaits()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.SendsStreamSendmes = false;
        await using Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        using var giveUp = new CancellationTokenSource();
        Task writing = stream.WriteAsync(new byte[Megabyte], giveUp.Token).AsTask();
        ScriptedCircuit relay = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => relay.DataReceived == 500);
        await harness.DoAsync(_ => { });
        Assert.Equal(500, relay.DataReceived);
        Assert.False(writing.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        stream.Abort();
        Assert.Empty(relay.Complaints);
    }

    [Fact]
    public async Task Upload_ExitGivesNoCircuitSendmes_AllStreamsWait()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.SendsCircuitSendmes = false;
        await using Circuit circuit = await harness.BuildAsync();
        var streams = new List<TorStream>();
        for (int i = 0; i < 4; i++)
            streams.Add(await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None));
        harness.Lane.Hold(true);
        List<Task> writing = streams.ConvertAll(stream => stream.WriteAsync(new byte[Megabyte]).AsTask());
        harness.Lane.Hold(false);

        ScriptedCircuit relay = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => relay.DataReceived == 1000);
        await harness.DoAsync(_ => { });
        Assert.Equal(1000, relay.DataReceived);
        Assert.All(writing, task => Assert.False(task.IsCompleted));

        // Round robin: nobody had more than its share, but for what the first could queue before the others came.
        Assert.All(relay.Streams.Values, stream => Assert.InRange(stream.DataMessages, 130, 450));
        await circuit.DisposeAsync();
        foreach (Task task in writing)
            await Assert.ThrowsAsync<IOException>(() => task.WaitAsync(CircuitHarness.Patience));
    }

    [Trait("Case", "B26")]
    [Fact]
    public async Task Upload_ChannelDoesNotTake_QueueStaysAtItsCapacity()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        harness.Lane.Hold(true);
        Task writing = stream.WriteAsync(new byte[Megabyte]).AsTask();
        Assert.False(writing.IsCompleted);
        Assert.Equal(harness.Lane.Capacity, harness.Lane.MostQueued);
        harness.Lane.Hold(false);
        await writing.WaitAsync(CircuitHarness.Patience);
        await stream.CompleteWritesAsync();
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.Streams.Values.Single().EndedByClient);
        Assert.Equal(Megabyte, harness.Lane.Circuit.Streams.Values.Single().ReceivedLength);
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }

    private static async Task<long> CountAsync(TorStream stream)
    {
        byte[] buffer = new byte[8192];
        long total = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer).AsTask().WaitAsync(CircuitHarness.Patience)) > 0)
            total += read;
        return total;
    }
}
