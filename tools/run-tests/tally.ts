import { shortName } from './tiers.ts';

/** A test or a hook, as far as it is counted; Mocha's own has these too, and from a worker nothing else is certain. */
export interface Ended {
  readonly file?: string | undefined;
  readonly duration?: number | undefined;
  titlePath(): string[];
}

/** What became of one file's tests. */
export interface FileTally {
  passing: number;
  pending: number;
  failing: number;
  /** In tests and hooks. */
  durationMs: number;
}

/** Counts what became of tests, by file, over several runs. */
export class Tally {
  readonly files = new Map<string, FileTally>();
  /** Titles of tests that were skipped; the reason stands in the title. */
  readonly skipped: string[] = [];

  #of(file: string | undefined): FileTally {
    const name = shortName(file ?? 'no file');
    const known = this.files.get(name) ?? { passing: 0, pending: 0, failing: 0, durationMs: 0 };
    this.files.set(name, known);
    return known;
  }

  passed({ file }: Ended): void {
    this.#of(file).passing++;
  }

  failed({ file }: Ended): void {
    this.#of(file).failing++;
  }

  /** A skipped test. */
  pended(test: Ended): void {
    this.#of(test.file).pending++;
    this.skipped.push(`${shortName(test.file ?? 'no file')}: ${test.titlePath().join(' › ')}`);
  }

  /** A test or a hook that took its time. */
  took({ file, duration = 0 }: Ended): void {
    this.#of(file).durationMs += duration;
  }

  /** Forgets what became of a file, which is run once more. */
  forget(file: string): void {
    const name = shortName(file);
    this.files.delete(name);
    this.skipped.splice(0, Infinity, ...this.skipped.filter((title) => !title.startsWith(`${name}: `)));
  }

  /** The files among these that ran no test: nobody would miss them otherwise. */
  silent(planned: readonly string[]): string[] {
    return planned.map(shortName).filter((name) => {
      const { passing, pending, failing } = this.files.get(name) ?? { passing: 0, pending: 0, failing: 0 };
      return passing + pending + failing === 0;
    });
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** One line about a file that has ended. */
export function lineOf(name: string, { passing, pending, failing, durationMs }: FileTally): string {
  const mark = failing > 0 ? '✘' : '✔';
  const counts = [
    `${passing} passing`,
    ...(pending > 0 ? [`${pending} skipped`] : []),
    ...(failing > 0 ? [`${failing} FAILING`] : []),
  ];
  return `${mark} ${name}: ${counts.join(', ')} (${seconds(durationMs)})`;
}

/** Of each list: what makes a run long is not in the first ten alone. */
const SHOWN = 30;

/** The names with the highest figures. */
function highest(title: string, figures: Iterable<readonly [name: string, ms: number]>): string[] {
  const sorted = [...figures].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return [title, ...sorted.map(([name, ms]) => `  ${seconds(ms).padStart(8)}  ${name}`)];
}

/** What a run took. */
export interface Cost {
  readonly wallMs: number;
  /** Of this process and all below it. */
  readonly cpuMs: number;
  /** By the path of a test file. */
  readonly cpuMsOf: ReadonlyMap<string, number>;
}

/** What is to be known at the end, but for how tests failed. */
export function summaryOf(tally: Tally, { wallMs, cpuMs, cpuMsOf }: Cost): string {
  const all = [...tally.files];
  const sum = (key: keyof FileTally) => all.reduce((total, [, file]) => total + file[key], 0);
  return [
    ...highest(
      `${SHOWN} slowest files:`,
      all.map(([name, { durationMs }]) => [name, durationMs] as const),
    ),
    ...highest(
      `${SHOWN} dearest files, CPU time:`,
      [...cpuMsOf].map(([file, ms]) => [shortName(file), ms] as const),
    ),
    ...(tally.skipped.length === 0 ? [] : ['skipped:', ...tally.skipped.map((title) => `  ${title}`)]),
    `${sum('passing')} passing, ${sum('pending')} skipped, ${sum('failing')} failing in ${tally.files.size} files, ${seconds(wallMs)}, ${seconds(cpuMs)} of CPU`,
  ].join('\n');
}
