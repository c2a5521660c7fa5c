using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Circuits;

/// <summary>
/// How many bytes to put into the next DATA message. Once in a while a cell must stay a little short, so that it ends in random
/// padding: a peer that chose every byte of our stream could otherwise compute the tags that its SENDMEs must echo without having
/// received a thing. Proposal 289 §3.3, in C tor's numbers.
/// </summary>
internal struct CellFill(TorRandom random)
{
    // Four zeros precede the padding; sixteen random bytes are beyond guessing.
    private const int RoomForRandom = 4 + 16;

    private int _untilRandomNeeded = NextInterval(random);
    private bool _hadRandom;

    public int Take(int available, int maxLength)
    {
        int withRandom = maxLength - RoomForRandom;
        int length = Math.Min(available, _untilRandomNeeded == 0 && !_hadRandom ? withRandom : maxLength);
        _hadRandom |= length <= withRandom;
        if (_untilRandomNeeded == 0)
        {
            _untilRandomNeeded = NextInterval(random);
            _hadRandom = false;
        }

        _untilRandomNeeded--;
        return length;
    }

    private static int NextInterval(TorRandom random) =>
        (FixedWindowFlowControl.Increment / 2) + random.Next(0, FixedWindowFlowControl.Increment / 2);
}
