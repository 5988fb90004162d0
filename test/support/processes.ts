import { readdirSync, readFileSync } from 'node:fs';

/** The processes, beside this one, whose environment carries the mark: their ids and command lines. */
export function processesWith(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const marked = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
        const command = () => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        return marked ? [`${pid} ${command()}`] : [];
      } catch {
        return []; // somebody else's, or it ended while we looked
      }
    });
}
