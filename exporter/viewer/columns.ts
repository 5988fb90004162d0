import type { RuleKind } from '../catalogue/events/fields.ts';
import { partOf } from '../catalogue/events/record.ts';
import type { EventLine } from './wanted.ts';

const COLOURS: Readonly<Record<string, string>> = {
  critical: '\u001b[31m',
  warning: '\u001b[33m',
  info: '\u001b[36m',
};
const FAINT = '\u001b[2m';
const PLAIN = '\u001b[0m';
const TIME_CHARACTERS = '2026-11-23T14:00:00.123'.length;

/** What a record holds is anybody's to write: no terminal shall obey it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const printable = (text: string) =>
  text.replace(UNPRINTABLE, (one) =>
    one === '\n' ? '\\n' : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const text = (value: unknown) => (value === undefined ? '' : printable(String(value)));

/** As a shell would want it written. */
function word(value: unknown): string {
  const shown = text(value);
  return /^[\w.,:/@%+=-]+$/.test(shown) ? shown : `'${shown}'`;
}

type Part = Readonly<Record<string, unknown>>;

/** What happened, in a few words. */
const TOLD: { readonly [K in RuleKind]: (part: Part) => string } = {
  exec({ args, path, pid, uid, parent_name: parent, parent_pid: parentPid, cwd }) {
    const command = Array.isArray(args) ? `${text(path)}  ${args.map(word).join(' ')}` : text(path);
    const by = parent === undefined ? '' : ` by ${text(parent)}[${text(parentPid)}]`;
    const user = uid === undefined ? '' : ` uid ${text(uid)}`;
    return `${command}  (pid ${text(pid)}${user}${by}${cwd === undefined ? '' : ` in ${text(cwd)}`})`;
  },
  connection({ address, port, program, pid }) {
    const peer = String(address).includes(':')
      ? `[${text(address)}]:${text(port)}`
      : `${text(address)}:${text(port)}`;
    return pid === undefined ? peer : `${peer}  by ${text(program ?? '?')}[${text(pid)}]`;
  },
  file({ path, change, mode, uid, size }) {
    const now =
      mode === undefined ? '' : `  (mode ${Number(mode).toString(8)} uid ${text(uid)} ${text(size)} bytes)`;
    return `${text(path)} ${text(change)}${now}`;
  },
  log: ({ line, path }) => `${text(path)}: ${text(line)}`,
  pod: (part) => printable(JSON.stringify(part)),
};

function whereOf({ node, namespace, pod, container }: EventLine): string {
  const owner = [namespace, pod, container].filter((name) => name !== '' && name !== undefined);
  return owner.length === 0 ? `${text(node)} host` : `${text(node)} ${owner.map(text).join('/')}`;
}

/**
 * A record as one line for people: when, how serious, which rule, where, what.
 *
 * @param isColoured whether a terminal shows it
 */
export function inColumns(line: EventLine, isColoured: boolean): string {
  const colour = (code: string | undefined, shown: string) =>
    isColoured && code !== undefined ? `${code}${shown}${PLAIN}` : shown;
  if (line.type === 'gap')
    return colour(
      FAINT,
      `-- records ${text(line['after'])} to ${text(line['upto'])} are not held (any more) --`,
    );
  const { time, severity, rule, on, suppressed } = line;
  const kind = on as RuleKind;
  const told = TOLD[kind]?.((line[partOf(kind)] ?? {}) as Part) ?? printable(JSON.stringify(line));
  const more = suppressed === undefined ? '' : colour(FAINT, `  +${text(suppressed)} held back`);
  const when = text(time).slice(0, TIME_CHARACTERS).replace('T', ' ');
  return `${when}  ${colour(COLOURS[String(severity)], `${text(severity).padEnd(8)} ${text(rule)}`)}  ${whereOf(line)}  ${told}${more}`;
}
