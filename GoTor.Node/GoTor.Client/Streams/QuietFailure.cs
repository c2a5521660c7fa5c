namespace GoTor.Client.Streams;

/// <summary>For answers that their asker may have stopped waiting for: a failure that nobody sees is not an error of the process.</summary>
internal static class QuietFailure
{
    public static void FailQuietly<T>(this TaskCompletionSource<T> answer, Exception failure)
    {
        if (answer.TrySetException(failure))
            _ = answer.Task.Exception;
    }
}
