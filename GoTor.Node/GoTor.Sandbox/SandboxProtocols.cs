namespace GoTor.Sandbox;

/// <summary>What the sandbox's relays speak, as their documents say it. They promise nothing that they do not do.</summary>
internal static class SandboxProtocols
{
    public const string Relay = "Cons=1-2 Desc=1-2 DirCache=2 FlowCtrl=1 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=4-5 LinkAuth=3 Microdesc=1-2 Relay=1-4";
}
