using System.Net;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Testing.Sandboxes;

/// <summary>A relay of a sandbox, whose faults are there to be asked for.</summary>
internal sealed class FaultySandboxRelay(SandboxRelay relay) : IFaultyRelay
{
    public string Name => relay.Nickname;

    public IPEndPoint OrPort => relay.Address.OrPort;

    public string Fingerprint => relay.Address.RsaIdentity.ToString();

    public Task KillAsync() => relay.Faults.KillAsync();

    public Task RestartAsync(CancellationToken cancel = default)
    {
        relay.Faults.Restart();
        return Task.CompletedTask;
    }

    public void Freeze() => relay.Faults.Freeze();

    public void Thaw() => relay.Faults.Thaw();
}
