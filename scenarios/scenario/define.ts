/** Makes scenarios of what is particular to each: their caps and targets are checked in one place, before anything is done. */
import type { OwnVictim } from '../victim/open-victim.ts';
import { ScenarioRefusal } from './refusal.ts';
import type { Family, Likeness, Parameter, Parameters, Scenario, ScenarioOptions } from './scenario.ts';
import { isSameTarget, pinTarget, type Target } from './targets.ts';

const HOUR_MS = 3_600_000;

/** What a scenario is given to do its work: checked, with the intensity counted in. */
interface Run<P extends Parameters> {
  readonly durationMs: number;
  readonly values: { readonly [K in keyof P]: number };
  readonly folder: string;
  /** Of the same process, where it has one. */
  readonly victim: OwnVictim | undefined;
  readonly signal: AbortSignal | undefined;
}

/** With a target; the only address that the scenario may connect to. */
type TargetedRun<P extends Parameters> = Run<P> & {
  readonly target: Target;
  /** The weak pages of the target, where that is the own victim and the scenario uses them. */
  readonly weak: OwnVictim['weak'];
};

type Told = Pick<
  Scenario,
  'name' | 'help' | 'technique' | 'moves' | 'movesInCluster' | 'needsCluster' | 'rules'
>;

/** Whoever names a vulnerability tells how far the likeness goes. */
type Footprint =
  | { readonly cve: `CVE-${number}-${number}`; readonly likeness: Likeness }
  | { readonly cve?: never; readonly likeness?: Likeness };

type Kin<R extends Scenario['role']> = R extends 'attack'
  ? { readonly family: Family; readonly resembles?: never }
  : { readonly family?: never; readonly resembles: readonly [Family, ...Family[]] };

type Particulars<P extends Parameters> = Told & {
  readonly parameters: P;
  readonly longestMs?: number;
  /** Why it cannot be done on this machine, now; undefined when it can. */
  readonly obstacle?: (run: Run<P>) => Promise<string | undefined>;
};

/** What else to know of a scenario that has a target. */
type Targeted<P extends Parameters> = Particulars<P> & {
  /** Whether a target on loopback would move nothing. */
  readonly beyondLoopback?: true;
  /** Whether the own victim must have weak pages; of other services only their access log sees it. */
  readonly usesWeakPages?: true;
  readonly work: (run: TargetedRun<P>) => Promise<unknown>;
};

type Untargeted<P extends Parameters> = Particulars<P> & {
  readonly work: (run: Run<P>) => Promise<unknown>;
};

function effectiveValue(
  scenario: string,
  name: string,
  parameter: Parameter,
  options: ScenarioOptions,
): number {
  const asked = options.parameters?.[name] ?? parameter.default;
  if (!(asked > 0)) throw new ScenarioRefusal(scenario, `${name} is ${asked}: must be above 0`);
  if (asked > parameter.most) {
    throw new ScenarioRefusal(scenario, `${name} is ${asked}: at most ${parameter.most}`);
  }
  return parameter.fixed ? asked : Math.max(1, Math.round(asked * options.intensity));
}

function checkedRun<P extends Parameters>(
  { name, parameters, longestMs = HOUR_MS }: Particulars<P>,
  options: ScenarioOptions,
  signal?: AbortSignal,
): Run<P> {
  const { durationMs, intensity, folder, victim } = options;
  if (!(durationMs > 0 && durationMs <= longestMs)) {
    throw new ScenarioRefusal(
      name,
      `lasts ${durationMs / 1000} s: must be above 0 and at most ${longestMs / 1000}`,
    );
  }
  if (!(intensity > 0 && intensity <= 1)) {
    throw new ScenarioRefusal(name, `intensity is ${intensity}: must be above 0 and at most 1`);
  }
  const unknown = Object.keys(options.parameters ?? {}).find((key) => !Object.hasOwn(parameters, key));
  if (unknown !== undefined) {
    const known = Object.keys(parameters).join(', ') || 'none';
    throw new ScenarioRefusal(name, `has no parameter ${JSON.stringify(unknown)}; there are: ${known}`);
  }
  const values = Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [
      key,
      effectiveValue(name, key, parameter, options),
    ]),
  ) as Run<P>['values'];
  return { durationMs, values, folder, victim, signal };
}

async function targetOf(
  name: string,
  beyondLoopback: boolean,
  { target, allowedTargets = [] }: ScenarioOptions,
): Promise<Target> {
  if (target === undefined) throw new ScenarioRefusal(name, 'needs a target, the service that suffers');
  const pinned = await pinTarget(target, allowedTargets).catch((cause: unknown) => {
    throw new ScenarioRefusal(name, (cause as Error).message, { cause });
  });
  if (beyondLoopback && pinned.isLoopback) {
    throw new ScenarioRefusal(
      name,
      `${target} is on loopback, where no uplink sees it: allow a service of the cluster as target`,
    );
  }
  return pinned;
}

/** What opens the weak pages of the target: only those of the own victim are ever asked for. */
async function weakPagesOf(
  name: string,
  target: Target,
  { victim, allowedTargets = [] }: ScenarioOptions,
): Promise<OwnVictim['weak']> {
  if (victim === undefined) return undefined;
  const own = await pinTarget(victim.url, [...allowedTargets, victim.url]);
  if (!isSameTarget(own, target)) return undefined;
  if (victim.weak !== undefined) return victim.weak;
  throw new ScenarioRefusal(
    name,
    'the victim has no weak pages: start it with --victim.weak-pages, or allow a service of the cluster as target',
  );
}

/** What a scenario of this role tells beside its work. */
type Kind<R extends Scenario['role']> = Footprint & Kin<R>;

function define<P extends Parameters, R extends Scenario['role']>(
  role: R,
  spec: (Targeted<P> | Untargeted<P>) & Kind<R>,
  prepare: (options: ScenarioOptions, run: Run<P>) => Promise<() => Promise<unknown>>,
): Scenario {
  const { name, help, technique, moves, parameters, longestMs = HOUR_MS } = spec;
  const { family, resembles, cve, likeness, rules, movesInCluster, needsCluster } = spec;
  const ready = async (options: ScenarioOptions, signal?: AbortSignal) => {
    const run = checkedRun(spec, options, signal);
    const work = await prepare(options, run);
    const obstacle = await spec.obstacle?.(run);
    if (obstacle !== undefined) throw new ScenarioRefusal(name, obstacle);
    return work;
  };
  return {
    name,
    help,
    role,
    ...(family !== undefined && { family }),
    ...(resembles !== undefined && { resembles }),
    technique,
    ...(cve !== undefined && { cve }),
    ...(likeness !== undefined && { likeness }),
    ...(rules !== undefined && { rules }),
    moves,
    ...(movesInCluster !== undefined && { movesInCluster }),
    ...(needsCluster !== undefined && { needsCluster }),
    parameters,
    longestMs,
    ...('beyondLoopback' in spec && { beyondLoopback: true }),
    async check(options) {
      await ready(options);
    },
    async run(options, signal) {
      const work = await ready(options, signal);
      await work();
    },
  };
}

/** A scenario that has no target. */
export function scenario<const P extends Parameters, R extends Scenario['role']>(
  role: R,
  spec: Untargeted<P> & Kind<R>,
): Scenario {
  return define(role, spec, async (_, run) => () => spec.work(run));
}

/** A scenario that is done to a service; its name is looked up once, and what was found is what is connected to. */
export function targetedScenario<const P extends Parameters, R extends Scenario['role']>(
  role: R,
  spec: Targeted<P> & Kind<R>,
): Scenario {
  return define(role, spec, async (options, run) => {
    const target = await targetOf(spec.name, spec.beyondLoopback ?? false, options);
    const weak = spec.usesWeakPages && (await weakPagesOf(spec.name, target, options));
    return () => spec.work({ ...run, target, weak });
  });
}
