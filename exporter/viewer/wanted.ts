/** A line of /events, as it came: a record, or what stands between records. */
export interface EventLine extends Readonly<Record<string, unknown>> {
  readonly id?: string;
  readonly type?: string;
}

/** Which records are wanted; all that are named must hold. */
export interface Wanted {
  readonly rules: readonly string[];
  /** `namespace/pod`, or a pod of any namespace. */
  readonly pods: readonly string[];
}

function isOf(line: EventLine, wanted: string): boolean {
  const { namespace, pod } = line;
  return wanted.includes('/') ? wanted === `${namespace}/${pod}` : wanted === pod;
}

/** Whether a record is wanted; a gap always is. */
export function isWanted(line: EventLine, { rules, pods }: Wanted): boolean {
  if (line.type !== undefined) return line.type === 'gap';
  return (
    (rules.length === 0 || rules.includes(String(line['rule']))) &&
    (pods.length === 0 || pods.some((wanted) => isOf(line, wanted)))
  );
}
