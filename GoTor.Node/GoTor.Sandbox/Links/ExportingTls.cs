using GoTor.Protocol.Channels;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace GoTor.Sandbox.Links;

/// <summary>
/// TLS as a client that can export keying material, which <see cref="System.Net.Security.SslStream"/> cannot: relays prove with it who they
/// are. Several times slower, so only for links to relays that want a proof. One reader and one writer at a time. RFC 5705, RFC 8446 §7.5.
/// </summary>
internal sealed class ExportingTls : Stream
{
    private const int ReadLength = 16 * 1024;

    private readonly Stream _inner;
    private readonly TlsClientProtocol _protocol = new();
    private readonly Client _client;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _incoming = new byte[ReadLength];

    private ExportingTls(Stream inner, byte[] context)
    {
        _inner = inner;
        _client = new Client(context);
    }

    /// <summary>DER of the server's certificate. Nobody has checked it: Tor's link handshake does.</summary>
    public byte[] RemoteCertificate => _client.Certificate;

    /// <summary>What both sides of this connection know, and nobody else.</summary>
    public byte[] Exported => _client.Exported;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="inner">The connection; owned from here on.</param>
    /// <param name="context">What the export is bound to.</param>
    /// <exception cref="IOException">The other side does not speak TLS, or left.</exception>
    public static async Task<ExportingTls> ConnectAsync(Stream inner, byte[] context, CancellationToken cancellationToken)
    {
        var tls = new ExportingTls(inner, context);
        try
        {
            tls.Use(protocol => protocol.Connect(tls._client));
            await tls.FlushOutputAsync(cancellationToken);
            while (!tls._client.IsComplete)
            {
                if (!await tls.ReceiveAsync(cancellationToken))
                    throw new EndOfStreamException("The connection was closed during the TLS handshake.");
            }

            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            lock (_lock)
            {
                int count = Math.Min(_protocol.GetAvailableInputBytes(), buffer.Length);
                if (count > 0)
                    {
                    byte[] plain = new byte[count];
                    _protocol.ReadInput(plain, 0, count);
                    plain.CopyTo(buffer);
                    return count;
                }
            }

            if (!await ReceiveAsync(cancellationToken))
                return 0;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Use(protocol => protocol.WriteApplicationData(buffer.Span));
        await FlushOutputAsync(cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    // The library says of a connection that has ended, or cannot export, that it is used wrongly.
    private void Use(Action<TlsClientProtocol> action)
    {
        try
        {
            lock (_lock)
                action(_protocol);
        }
        catch (InvalidOperationException e)
        {
            throw new IOException("The TLS connection is of no use.", e);
        }
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        int read = await _inner.ReadAsync(_incoming, cancellationToken);
        if (read == 0)
            return false;
        Use(protocol => protocol.OfferInput(_incoming, 0, read));
        // Handshake messages and alerts are answered by the protocol itself.
        await FlushOutputAsync(cancellationToken);
        return true;
    }

    private async ValueTask FlushOutputAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            byte[] output;
            lock (_lock)
            {
                output = new byte[_protocol.GetAvailableOutputBytes()];
                if (output.Length > 0)
                    _protocol.ReadOutput(output, 0, output.Length);
            }

            if (output.Length > 0)
                await _inner.WriteAsync(output, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private sealed class Client(byte[] context) : DefaultTlsClient(new BcTlsCrypto(new SecureRandom()))
    {
        public byte[] Certificate { get; private set; } = [];

        public byte[] Exported { get; private set; } = [];

        public bool IsComplete { get; private set; }

        public override TlsAuthentication GetAuthentication() => new AnyServer(this);

        public override void NotifyHandshakeComplete()
        {
            base.NotifyHandshakeComplete();
            Exported = m_context.ExportKeyingMaterial(LinkAuthentication.ExporterLabel, context, LinkAuthentication.ExportedLength);
            IsComplete = true;
        }

        private sealed class AnyServer(Client client) : ServerOnlyTlsAuthentication
        {
            public override void NotifyServerCertificate(TlsServerCertificate serverCertificate) =>
                client.Certificate = serverCertificate.Certificate.GetCertificateAt(0).GetEncoded();
        }
    }
}
