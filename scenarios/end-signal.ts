/**
 * A signal that aborts when somebody asks the program to end. Asking again changes nothing: a second Ctrl-C must not leave behind
 * what the first one is undoing.
 */
export function endSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
