// A limit on the time that a piece of work may take.

/** Milliseconds that a piece of work may take. */
const PATIENCE = 15_000;

/**
 * Rejects when the work takes too long or when the signal aborts. Stops the work then.
 * @param late the message of the error when the work takes too long
 * @param whole whether the work is complete once it resolves; otherwise the signal can still stop
 * what it resolved to
 */
export function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  late: string,
  whole = true,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = new AbortController();
    const stop = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(() => reject(new Error(late))), PATIENCE);
    function end(then: () => void, goesOn = false) {
      clearTimeout(timer);
      if (!goesOn) signal.removeEventListener("abort", stop);
      then();
      if (!goesOn) limit.abort();
    }
    signal.addEventListener("abort", stop);
    work(limit.signal).then(
      (value) => end(() => resolve(value), !whole),
      (error) => end(() => reject(error)),
    );
  });
}
