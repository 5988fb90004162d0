import { once } from 'node:events';
import { endSignal } from '../../common/end-signal.ts';
import { Flag, Program } from '../../common/flags.ts';

interface EventsFlags {
  readonly follow: boolean;
  readonly rule: readonly string[];
  readonly pod: readonly string[];
  readonly output: 'auto' | 'columns' | 'json';
  readonly 'token-file'?: string;
  readonly 'ca-file'?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:24924';

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function run(urls: readonly string[], flags: EventsFlags): Promise<void> {
  // The agent itself, which is the same program, does without.
  const [{ showEvents }, { eventsUrl }] = await Promise.all([
    import('../viewer/show.ts'),
    import('../viewer/source.ts'),
  ]);
  const isTerminal = process.stdout.isTTY === true;
  // Whoever reads has seen enough, as head does.
  process.stdout.once('error', () => process.exit());
  const controller = new AbortController();
  endSignal().addEventListener('abort', () => controller.abort());
  try {
    await showEvents({
      urls: (urls.length === 0 ? [DEFAULT_URL] : urls).map(eventsUrl),
      follow: flags.follow,
      wanted: { rules: flags.rule, pods: flags.pod },
      form: flags.output === 'json' || (flags.output === 'auto' && !isTerminal) ? 'json' : 'columns',
      isColoured: isTerminal && process.env['NO_COLOR'] === undefined,
      tokenFile: flags['token-file'],
      caFile: flags['ca-file'],
      signal: controller.signal,
      warn: (text) => void process.stderr.write(`kubevigil-exporter: ${text}\n`),
      write,
    });
  } finally {
    controller.abort();
  }
}

const collect = (text: string, before: readonly string[]) => [...before, text];

/** `kubevigil-exporter events`. */
export function eventsCommand(): Program {
  return new Program('events')
    .description(
      'Show records of matches, of one agent or of several: columns on a terminal, JSON in a pipe.',
    )
    .argument('[url...]', 'agents, such as http://node-1:24924 (default: the one on this machine)')
    .option('--follow', 'continue with each new record', false)
    .option('--rule <name>', 'only of this rule; repeatable', collect, [])
    .option('--pod <namespace/pod>', 'only of this pod; repeatable', collect, [])
    .addOption(
      new Flag('--output <form>', 'form of the records').choices(['auto', 'columns', 'json']).default('auto'),
    )
    .option('--token-file <file>', 'bearer token, read anew for each connection')
    .option('--ca-file <file>', "authority of the agents' certificates")
    .example(
      'kubevigil-exporter events --follow --rule shell_in_container http://node-1:24924',
      'watch for shells',
    )
    .action(run) as Program;
}
