using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Certificates;

/// <summary>Who a relay proved to be: both of its identities, bound to each other.</summary>
internal readonly record struct PeerIdentities(RsaIdentity Rsa, Ed25519Identity Ed25519);

/// <summary>
/// The relay proved to be somebody, but not the one we wanted. That is a failure of this relay as a guard; trying again does not help.
/// </summary>
internal sealed class WrongIdentityException() : Exception("The relay is not the one we wanted to reach.");
