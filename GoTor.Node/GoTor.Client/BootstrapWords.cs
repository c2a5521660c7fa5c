using System.Globalization;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client;

/// <summary>The tags and summaries of C tor 0.4.9.11's bootstrap: controllers and people match on them.</summary>
internal static class BootstrapWords
{
    public static (string Tag, string Text) Of(BootstrapPhase phase) => phase switch
    {
        BootstrapPhase.Starting => ("starting", "Starting"),
        BootstrapPhase.Connecting => ("conn", "Connecting to a relay"),
        BootstrapPhase.Connected => ("conn_done", "Connected to a relay"),
        BootstrapPhase.Handshaking => ("handshake", "Handshaking with a relay"),
        BootstrapPhase.HandshakeDone => ("handshake_done", "Handshake with a relay done"),
        BootstrapPhase.OneHopCreate => ("onehop_create", "Establishing an encrypted directory connection"),
        BootstrapPhase.RequestingStatus => ("requesting_status", "Asking for networkstatus consensus"),
        BootstrapPhase.LoadingStatus => ("loading_status", "Loading networkstatus consensus"),
        BootstrapPhase.LoadingKeys => ("loading_keys", "Loading authority key certs"),
        BootstrapPhase.RequestingDescriptors => ("requesting_descriptors", "Asking for relay descriptors"),
        BootstrapPhase.LoadingDescriptors => ("loading_descriptors", "Loading relay descriptors"),
        BootstrapPhase.EnoughDirectoryInfo => ("enough_dirinfo", "Loaded enough directory info to build circuits"),
        BootstrapPhase.ConnectingForCircuits => ("ap_conn", "Connecting to a relay to build circuits"),
        BootstrapPhase.ConnectedForCircuits => ("ap_conn_done", "Connected to a relay to build circuits"),
        BootstrapPhase.HandshakingForCircuits => ("ap_handshake", "Finishing handshake with a relay to build circuits"),
        BootstrapPhase.HandshakeForCircuitsDone => ("ap_handshake_done", "Handshake finished with a relay to build circuits"),
        BootstrapPhase.CircuitCreate => ("circuit_create", "Establishing a Tor circuit"),
        BootstrapPhase.Done => ("done", "Done"),
        _ => ("undef", "Undefined"),
    };

    /// <summary>What GETINFO status/bootstrap-phase says, and STATUS_CLIENT events.</summary>
    public static string Describe(BootstrapSnapshot snapshot)
    {
        (string tag, string text) = Of(snapshot.Phase);
        string line = string.Create(CultureInfo.InvariantCulture, $"BOOTSTRAP PROGRESS={snapshot.Percent} TAG={tag} SUMMARY={QuotedText.Quote(text)}");
        return snapshot.Warning is { } warning
            ? $"WARN {line} WARNING={QuotedText.Quote(warning)} REASON=MISC COUNT=1 RECOMMENDATION=warn HOSTID=\"?\" HOSTADDR=\"?\""
            : "NOTICE " + line;
    }
}
