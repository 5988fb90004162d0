/** `label add`: a person's verdict, from a terminal, as the detector's console writes it. */
import { userInfo } from 'node:os';
import { UsageError } from '../../common/cli.ts';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { Flag, Program } from '../../common/flags.ts';
import { formatTime, noTime, parseTime } from '../../common/times.ts';
import { NO_ATTACK, writeVerdict } from '../../dataset/episodes/verdicts.ts';

interface LabelFlags {
  readonly start: string;
  readonly end: string;
  readonly node: string;
  readonly as: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly author?: string;
  readonly note: string;
  readonly file: string;
}

const CLASS = /^[a-z][\w-]{0,99}$/;
const LONGEST_NAME = 253;
const LONGEST_NOTE = 1_000;

function momentOf(name: 'start' | 'end', text: string, nowMs: number): number {
  const ms = parseTime(text, nowMs);
  if (ms === undefined) throw new UsageError(`--${name} ${noTime(text)}`);
  return ms;
}

/** A name as it can stand in a file of lines and as a label. */
function nameOf(flag: string, text: string | undefined, most = LONGEST_NAME): string {
  if (text === undefined) return '';
  if (text.trim() === '' || text.length > most || /\p{C}/u.test(text))
    throw new UsageError(
      `--${flag} ${JSON.stringify(text.slice(0, 60))}: say 1 to ${most} printable characters`,
    );
  return text;
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function addLabel(flags: LabelFlags): void {
  const nowMs = Date.now();
  const [startMs, endMs] = [momentOf('start', flags.start, nowMs), momentOf('end', flags.end, nowMs)];
  if (startMs >= endMs)
    throw new UsageError(`--end ${formatTime(endMs)} is not after --start ${formatTime(startMs)}`);
  if (!CLASS.test(flags.as))
    throw new UsageError(
      `--as ${JSON.stringify(flags.as)}: say ${NO_ATTACK}, or the attack's name in lower-case letters, digits and underscores`,
    );
  if ((flags.pod === undefined) !== (flags.namespace === undefined))
    throw new UsageError('--namespace and --pod go together: both name a pod, without them it is the node');
  const author = nameOf('author', flags.author ?? ownName(), 100);
  if (author === '') throw new UsageError('--author: say who gives this label');
  const note = flags.note === '' ? '' : nameOf('note', flags.note, LONGEST_NOTE);
  const cluster = nameOf('cluster', flags.cluster);
  const subject = {
    ...(cluster !== '' && { cluster }),
    node: nameOf('node', flags.node),
    namespace: nameOf('namespace', flags.namespace),
    pod: nameOf('pod', flags.pod),
  };
  try {
    const episode = writeVerdict(flags.file, { subject, startMs, endMs, as: flags.as, author, note }, nowMs);
    process.stdout.write(`${episode ?? ''}\n`);
  } catch (error) {
    if (error instanceof BuilderError) throw error;
    throw new BuilderError('output', `${flags.file}: ${messageOf(error)}`, { cause: error });
  }
}

/** `kubevigil-builder label` with its one command. */
export function labelCommand(): Program {
  const label = new Program('label').description('Labels that people give.');
  label
    .command('add')
    .description(
      'Write down that a node or pod was under an attack, or was not; prints the name of the episode.',
    )
    .requiredOption(
      '--start <time>',
      'when it began: RFC 3339 with a zone, Unix seconds, or a duration back from now',
    )
    .requiredOption('--end <time>', 'when it ended, likewise')
    .requiredOption('--node <name>', 'node that it was done to')
    .requiredOption('--as <class>', `name of the attack, or ${NO_ATTACK} for a false alarm`)
    .option('--cluster <name>', 'cluster of the node, where there are several')
    .option('--namespace <name>', 'namespace of the pod that it was done to')
    .option('--pod <name>', 'pod that it was done to')
    .addOption(new Flag('--author <name>', 'who gives the label').usually('the user of this terminal'))
    .option('--note <text>', 'why', '')
    .option(
      '--file <file>',
      'episodes file that it is added to; list it behind the scenarios in labels',
      'verdicts.csv',
    )
    .example(
      'kubevigil-builder label add --start 10m --end 5m --node worker-7 --as mining',
      'an attack that ended five minutes ago',
    )
    .action(addLabel);
  return label;
}
