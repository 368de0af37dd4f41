// The times of a connection: when to look, when to renew a token, how long to wait before the next
// attempt.

/** Milliseconds between two looks at most, because elements show the remaining time. */
export const LOOK = 30_000;
/**
 * Milliseconds that a live connection must last for the next one to be opened without a longer
 * wait.
 */
export const STEADY = 30_000;
/**
 * Live connections that one page keeps open to a server. Over HTTP/1.1 a browser has six for
 * everything.
 */
export const MAX_OPEN = 2;
/**
 * Milliseconds between the two clocks of a browser that mean that one was moved or that the machine
 * slept.
 */
export const JUMP = 5_000;

/**
 * The moment to renew a token: a fifth of its life before its end, at least ten seconds and at most
 * five minutes, and not for all pages at the same moment. A short-lived token is renewed after half
 * its life, so that the page does not ask without pause.
 * @param now the moment of the server's answer
 */
export function renewalDue(expires: number, now: number) {
  const left = expires - now;
  const early = Math.min(300_000, Math.max(10_000, left / 5));
  return Math.max(expires - early * (1 + Math.random() / 2), now + left / 2 + 1_000);
}

/**
 * Milliseconds to wait after this many failures in a row: about twice as long each time, at most a
 * minute.
 */
export function backoff(failures: number) {
  return Math.min(60, 2 ** failures) * 1_000 * (0.5 + Math.random() / 2);
}
