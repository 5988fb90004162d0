const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that is either done or not: who asks the program to end meanwhile is too late, and nothing is left half written. Without an
 * event loop's turn within it, a signal cannot come between.
 */
export function uninterrupted<T>(work: () => T): T {
  const wait = () => {};
  for (const name of ENDING) process.on(name, wait);
  try {
    return work();
  } finally {
    for (const name of ENDING) process.off(name, wait);
  }
}
