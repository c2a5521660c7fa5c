using System.Globalization;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort;

/// <summary>Commands about the connection itself: who it is, what it wants to hear, whether we live without it.</summary>
internal static class SessionCommands
{
    public static void AddTo(ControlCommands commands)
    {
        ControlSyntax secret = new() { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitKeys | KeyValueStyle.QString };
        commands.Add("PROTOCOLINFO", new ControlSyntax(), ProtocolInfo);
        commands.Add("AUTHCHALLENGE", secret with { MinArguments = 1, MaxArguments = 1 }, Challenge);
        commands.Add("AUTHENTICATE", secret, AuthenticateAsync);
        commands.Add("SETEVENTS", new ControlSyntax(), SetEvents);
        commands.Add("USEFEATURE", new ControlSyntax(), UseFeature);
        commands.Add("TAKEOWNERSHIP", new ControlSyntax(), (session, _) => Own(session, true));
        commands.Add("DROPOWNERSHIP", new ControlSyntax(), (session, _) => Own(session, false));
        commands.Add("SETROUTERPURPOSE", new ControlSyntax(), (_, _) => ControlReply.Of(511, "SETROUTERPURPOSE is obsolete."));
    }

    private static ControlReply ProtocolInfo(ControlSession session, ControlArguments arguments)
    {
        session.HasAskedForInfo = true;
        string? bad = arguments.Words.FirstOrDefault(word => !long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (bad is not null)
        {
            if (!session.IsOpen)
                session.CloseAfterReply();
            return ControlReply.Of(513, $"No such version {QuotedText.Quote(bad)}");
        }

        return new ControlReply()
            .Line(250, "PROTOCOLINFO 1")
            .Line(250, session.Server.Authentication.Describe())
            .Line(250, $"VERSION Tor={QuotedText.Quote(session.Server.Version)}")
            .Line(250, "OK");
    }

    private static ControlReply Challenge(ControlSession session, ControlArguments arguments)
    {
        ControlReply reply = session.Server.Authentication.Challenge(arguments, out byte[]? expected);
        session.Challenged = expected;
        if (expected is null)
            session.CloseAfterReply();
        return reply;
    }

    private static async ValueTask<ControlReply> AuthenticateAsync(ControlSession session, ControlArguments arguments)
    {
        AuthenticationOutcome outcome = session.Server.Authentication.Check(arguments, session.Challenged);
        if (outcome.Problem is null)
        {
            session.Admit();
            return ControlReply.Ok;
        }

        session.CloseAfterReply();
        session.Server.NoteFailure(session.Challenged is not null ? "SAFECOOKIE" : "COOKIE or HASHEDPASSWORD");
        await Task.Delay(ControlSession.FailureDelay, session.Server.Time);
        return ControlReply.Of(outcome.Code, outcome.Problem);
    }

    private static ControlReply SetEvents(ControlSession session, ControlArguments arguments)
    {
        ulong events = ControlEvents.Parse(arguments.Words, out string? unknown);
        if (unknown is not null)
            return ControlReply.Of(552, $"Unrecognized event \"{unknown}\"");
        session.Listen(events);
        return ControlReply.Ok;
    }

    private static ControlReply UseFeature(ControlSession session, ControlArguments arguments)
    {
        // Both have been on for everyone since 0.2.2.
        string? unknown = arguments.Words.FirstOrDefault(word =>
            !word.Equals("VERBOSE_NAMES", StringComparison.OrdinalIgnoreCase) && !word.Equals("EXTENDED_EVENTS", StringComparison.OrdinalIgnoreCase));
        return unknown is null ? ControlReply.Ok : ControlReply.Of(552, $"Unrecognized feature \"{unknown}\"");
    }

    private static ControlReply Own(ControlSession session, bool owns)
    {
        session.IsOwner = owns;
        return ControlReply.Ok;
    }
}
