/** A record of the exporter's, as far as a dataset takes it. Whoever wrote the file may be another version, or lie. */
import { z } from 'zod';
import { parseRfc3339 } from '../../common/times.ts';
import { RULE_KINDS } from '../../exporter/catalogue/events/fields.ts';
import { SEVERITIES } from '../../exporter/catalogue/events/record.ts';

const LONGEST_NAME = 300;
const LONGEST_DETAILS = 65_536;

/** Names that can stand in a table: nothing in them is unseen. */
const name = z
  .string()
  .max(LONGEST_NAME)
  .refine((text) => !/\p{Cc}/u.test(text), 'holds characters that nobody sees');
const time = z.string().transform((text, context) => {
  const ms = parseRfc3339(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'is no RFC 3339 time with a zone' });
  return z.NEVER;
});
const part = z.record(z.string(), z.unknown());

const recordSchema = z.object({
  id: z.string().regex(/^\d{1,15}-\d{1,15}$/, 'is no id of a record'),
  time,
  node: name.min(1),
  rule: name.min(1),
  on: z.enum(RULE_KINDS),
  severity: z.enum(SEVERITIES),
  mitre: name.default(''),
  namespace: name.default(''),
  pod: name.default(''),
  container: name.default(''),
  suppressed: z
    .int()
    .nonnegative()
    .max(2 ** 31 - 1)
    .default(0),
  exec: part.optional(),
  connection: part.optional(),
  file: part.optional(),
  log: part.optional(),
  pod_spec: part.optional(),
});

/** One event as a dataset has it; empty texts are null there. */
export interface EvidenceEvent {
  readonly id: string;
  /** UTC milliseconds, rounded down. */
  readonly timeMs: number;
  /** In a dataset that was joined of several labs', the one whose node it is. */
  readonly lab?: string;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly rule: string;
  readonly kind: string;
  readonly severity: string;
  readonly mitre: string;
  readonly program: string;
  readonly suppressed: number;
  /** JSON; empty where it is left out. */
  readonly details: string;
}

function programOf(own: Readonly<Record<string, unknown>>, kind: string): string {
  const program = kind === 'exec' ? own['path'] : kind === 'connection' ? own['program'] : undefined;
  return typeof program === 'string' ? program.slice(0, 4_096) : '';
}

/**
 * Reads a line of a file of records, or of an answer of /events.
 *
 * @returns undefined for a line that is no event: empty, a heartbeat, a gap
 * @throws {z.ZodError | SyntaxError} when it is no record
 */
export function parseEvent(line: string): EvidenceEvent | undefined {
  if (line.trim() === '') return undefined;
  const json: unknown = JSON.parse(line);
  if (typeof json === 'object' && json !== null && 'type' in json && !('rule' in json)) return undefined;
  const { time: timeMs, on: kind, pod_spec: spec, ...record } = recordSchema.parse(json);
  const own = (kind === 'pod' ? spec : record[kind]) ?? {};
  const details = JSON.stringify(own);
  const { id, node, namespace, pod, container, rule, severity, mitre, suppressed } = record;
  return {
    ...{
      id,
      timeMs: Math.floor(timeMs),
      node,
      namespace,
      pod,
      container,
      rule,
      kind,
      severity,
      mitre,
      suppressed,
    },
    program: programOf(own, kind),
    details: details.length > LONGEST_DETAILS ? JSON.stringify({ cut: details.length }) : details,
  };
}
