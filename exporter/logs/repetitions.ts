/** A line, and how often it was written. */
export interface RepeatedLine {
  readonly text: string;
  readonly times: number;
}

/** What a line can stand for at most: a number in a text is anybody's to write, and shall not spoil a counter. */
export const MAX_TIMES = 10_000;

/** `Nov 23 14:00:00 node ` or `2026-11-23T14:00:00.123456+00:00 node `. */
const HEADER = String.raw`(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.,]{8,18}(?:Z|[+-]\d\d:?\d\d)?) [^\s:]\S{0,254} `;
const TAG = String.raw`[^\s:[]{1,64}(?:\[\d{1,10}\])?: ?`;

/** rsyslog: `sshd[7]: message repeated 5 times: [ Failed …]`, all in the log's own form. */
const WITH_TEXT = new RegExp(`^(${HEADER}${TAG})\\s?message repeated (\\d+) times: \\[ ?(.*?)\\]?$`);
/** sysklogd, BSD, busybox, older rsyslog: in the name of the daemon, or of nobody. */
const WITHOUT_TEXT = new RegExp(
  `^${HEADER}(?:r?syslogd(?:\\[\\d{1,10}\\])?: )?(?:--- )?[Ll]ast message repeated (\\d+) times?(?: ---)?$`,
);
/** syslog-ng, with the first 20 characters of the message. */
const WITH_BEGINNING = new RegExp(
  `^${HEADER}(?:${TAG})?Last message '(.{0,80}?)' repeated (\\d+) times, suppressed by syslog-ng on \\S+$`,
);

/** What says how often a line was written, always has this in it; most lines do not, and are not looked at further. */
const ANY = 'message ';

const TAGGED = new RegExp(`^${HEADER}([^\\s:[]{1,64}(?:\\[\\d{1,10}\\])?):`);

/** The program that wrote a line of syslog, with its process, such as `sshd[7]`; '' where that is not told. */
export function writerOf(line: string): string {
  return TAGGED.exec(line)?.[1] ?? '';
}

/** As a number that can be multiplied, however long it is written. */
export function timesOf(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/**
 * Undoes how syslog daemons shorten what a program writes again and again; one for each log.
 *
 * @see https://www.rsyslog.com/doc/configuration/action/rsconf1_repeatedmsgreduction.html
 */
export class Repetitions {
  #before = '';

  /** The line that was meant; `times` may be beyond {@link MAX_TIMES}. None where what it repeats was not read. */
  expand(line: string): RepeatedLine | undefined {
    const repeated = line.toLowerCase().includes(ANY) ? this.#repeated(line) : undefined;
    if (repeated === undefined) {
      this.#before = line;
      return { text: line, times: 1 };
    }
    if (repeated.text === '') return undefined;
    this.#before = repeated.text;
    return repeated;
  }

  #repeated(line: string): RepeatedLine | undefined {
    const [, header = '', times, text = ''] = WITH_TEXT.exec(line) ?? [];
    if (times !== undefined) return { text: `${header.trimEnd()} ${text}`, times: timesOf(times) };
    const again = WITHOUT_TEXT.exec(line)?.[1];
    if (again !== undefined) return { text: this.#before, times: timesOf(again) };
    const [, beginning = '', suppressed] = WITH_BEGINNING.exec(line) ?? [];
    if (suppressed === undefined) return undefined;
    const meant = this.#before.includes(beginning) ? this.#before : '';
    return { text: meant, times: timesOf(suppressed) };
  }
}
