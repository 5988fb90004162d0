import type { RuleOn } from '../rules/model.ts';
import { MAX_TIMES, timesOf, writerOf } from './repetitions.ts';

const NUMBER = /^\d+$/;
/** Processes whose last line is remembered: more than write at the same time. */
const MAX_WRITERS = 1_000;

/** How many events a matching line stands for, by what its rule says. */
export class LineCounts {
  /** By rule, log and writer: those whose last line was counted, and can have an echo. */
  readonly #counted = new Set<string>();

  /**
   * @param path the log
   * @param times how often the line was written
   * @returns the events; `said` is what the line says when that is beyond {@link MAX_TIMES}
   */
  of(rule: RuleOn<'log'>, path: string, line: string, times: number): { events: number; said?: number } {
    const all = times * this.#inLine(rule, line);
    if (this.#isEcho(rule, path, line)) return { events: 0 };
    return all > MAX_TIMES ? { events: MAX_TIMES, said: all } : { events: all };
  }

  #inLine({ weight: { count } }: RuleOn<'log'>, line: string): number {
    const matcher = count?.matcher(line);
    const number = matcher?.find() ? (matcher.group(1) ?? '') : '';
    return NUMBER.test(number) ? timesOf(number) : 1;
  }

  #isEcho({ name, weight: { echo } }: RuleOn<'log'>, path: string, line: string): boolean {
    if (echo === undefined) return false;
    const key = [name, path, writerOf(line)].join('\0');
    if (echo.matcher(line).find()) return this.#counted.delete(key);
    this.#counted.delete(key);
    this.#counted.add(key);
    const [oldest] = this.#counted;
    if (this.#counted.size > MAX_WRITERS && oldest !== undefined) this.#counted.delete(oldest);
    return false;
  }
}
