import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { lineOf, type Tally } from './tally.ts';
import { shortName } from './tiers.ts';

const { EVENT_HOOK_END, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;

export interface Run {
  readonly files: readonly string[];
  /** In how many processes at once, of which each runs one file after the other. */
  readonly jobs: number;
  /** What .mocharc.json has. */
  readonly config: Mocha.MochaOptions;
  readonly tally: Tally;
  readonly say: (line: string) => void;
}

const WORKER_HOOKS = fileURLToPath(new URL('worker-hooks.js', import.meta.url));

/** A reporter that counts, and tells of each file when the next one begins. */
function reporterFor(tally: Tally, failures: Mocha.Test[], say: (line: string) => void) {
  let current: string | undefined;
  const close = () => {
    const counted = current === undefined ? undefined : tally.files.get(current);
    if (current !== undefined && counted !== undefined) say(lineOf(current, counted));
    current = undefined;
  };
  const seen = ({ file }: { file?: string | undefined }) => {
    const name = file === undefined ? current : shortName(file);
    if (name !== current) close();
    current = name;
  };
  return class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      runner.on(EVENT_TEST_PASS, (test) => {
        seen(test);
        tally.passed(test);
      });
      runner.on(EVENT_TEST_PENDING, (test) => {
        seen(test);
        tally.pended(test);
      });
      runner.on(EVENT_TEST_FAIL, (test, error: Error & { file?: string }) => {
        // A worker that died and a file that could not be loaded are told as a test of no file.
        if (test.file === undefined && error.file !== undefined) {
          test.file = error.file;
          test.title += ` in ${shortName(error.file)}`;
        }
        seen(test);
        tally.failed(test);
        test.err ??= error;
        failures.push(test);
        say(`✘ ${test.titlePath().join(' › ')}`);
      });
      for (const event of [EVENT_TEST_END, EVENT_HOOK_END] as const)
        runner.on(event, (ended: Mocha.Test | Mocha.Hook) => {
          seen(ended);
          if (ended.file !== undefined) tally.took(ended); // a hook around all files has none
        });
      runner.once(Mocha.Runner.constants.EVENT_RUN_END, close);
    }
  };
}

/**
 * Runs test files by Mocha.
 *
 * @returns the tests and hooks that failed
 */
export async function run({ files, jobs, config, tally, say }: Run): Promise<Mocha.Test[]> {
  const failures: Mocha.Test[] = [];
  if (files.length === 0) return failures;
  const reporter = reporterFor(tally, failures, say);
  const mocha = new Mocha({ ...config, reporter, jobs, require: [WORKER_HOOKS] });
  mocha.parallelMode(true); // of the option `parallel` it thinks that one job needs no worker
  for (const file of files) mocha.addFile(file);
  await new Promise((resolve) => mocha.run(resolve));
  return failures;
}
