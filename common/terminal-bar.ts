import { type Options, Presets, SingleBar } from 'cli-progress';

/** A bar that a program keeps on one line of a terminal, and that leaves nothing behind. */
export function terminalBar(stream: NodeJS.WriteStream, format: string, options: Options = {}): SingleBar {
  return new SingleBar(
    { stream, format, clearOnComplete: true, hideCursor: true, ...options },
    Presets.shades_classic,
  );
}
