using System.Runtime.InteropServices;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>Unix signals that a test sends to the processes that it started.</summary>
internal enum Signal
{
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class Signals
{
    /// <summary>Sends a signal. A process that has ended already is no error.</summary>
    public static void Send(int processId, Signal signal)
    {
        // Zero and less would mean whole groups of processes, our own among them.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(processId);
        _ = Kill(processId, (int)signal);
    }

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
