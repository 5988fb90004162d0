import { describeReason } from './reason.ts';

/** One thing that is done to the cluster; its name stands in the report and in front of its failure. */
export interface Step {
  readonly name: string;
  /** Gives a line about what was found. */
  run(): Promise<string | undefined>;
}

export interface Report {
  done(name: string, seconds: number, found: string | undefined): void;
}

/** A step that failed. */
class StepError extends Error {
  override readonly name = 'StepError';
  readonly exitCode = 1;

  constructor(step: string, cause: unknown) {
    super(`${step}: ${describeReason(cause)}`, { cause });
  }
}

/**
 * Does one step after the other, then cleans up, whatever happened.
 *
 * @throws {StepError} the first that failed; what went wrong in cleaning up as well is told after it
 */
export async function runSteps(steps: readonly Step[], cleanUp: Step, report: Report): Promise<void> {
  const one = async ({ name, run }: Step) => {
    const from = performance.now();
    try {
      const found = await run();
      report.done(name, (performance.now() - from) / 1000, found);
    } catch (cause) {
      throw new StepError(name, cause);
    }
  };
  let failure: unknown;
  try {
    for (const step of steps) await one(step);
  } catch (error) {
    failure = error;
  }
  try {
    await one(cleanUp);
  } catch (error) {
    if (failure === undefined) throw error;
    throw new StepError(describeReason(failure), `and then ${describeReason(error)}`);
  }
  if (failure !== undefined) throw failure;
}
