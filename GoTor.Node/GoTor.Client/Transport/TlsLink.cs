using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GoTor.Client.Channels;
using GoTor.Protocol.Crypto;

namespace GoTor.Client.Transport;

/// <summary>
/// TLS to a relay. It hides the traffic and proves nothing: relays sign their own certificates, and who they are is shown by the
/// CERTS cell, which is bound to the certificate that we saw here.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/channels.html</remarks>
internal sealed class TlsLink : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly SslStream _tls;

    private TlsLink(SslStream tls, byte[] peerCertificate)
    {
        _tls = tls;
        PeerCertificate = peerCertificate;
    }

    public Stream Stream => _tls;

    /// <summary>The relay's certificate in DER, exactly as it came.</summary>
    public ReadOnlyMemory<byte> PeerCertificate { get; }

    public SslProtocols Protocol => _tls.SslProtocol;

    /// <summary>Performs the TLS handshake over <paramref name="stream"/>, which this owns from now on.</summary>
    /// <exception cref="ChannelException">TLS failed or took more than ten seconds.</exception>
    public static async Task<TlsLink> ConnectAsync(Stream stream, TorRandom random, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[]? peerCertificate = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        using var deadline = new CancellationTokenSource(HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            SslClientAuthenticationOptions options = TlsProfile.Options(random);
            // The certificate object is gone after the callback: copy its bytes here.
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                (peerCertificate = certificate?.GetRawCertData()) is not null;
            await tls.AuthenticateAsClientAsync(options, either.Token);
            return new TlsLink(tls, peerCertificate ?? throw new AuthenticationException("No certificate."));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await tls.DisposeAsync();
            throw new ChannelException(ChannelEnd.HandshakeFailed, "The TLS handshake took too long.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await tls.DisposeAsync();
            throw new ChannelException(ChannelEnd.HandshakeFailed, "The TLS handshake failed.", e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _tls.DisposeAsync();
}
