/** A cgroup with limits, in which a worker's children run; it is removed when the worker ends, whatever the reason. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Limited, OWN_PREFIX, placesFor, type Spot } from '../scenario/limited-container.ts';

/** No scenario lasts so long: of what is older nobody is at work in it. */
const OLD_MS = 2 * 3_600_000;
/** As runc has it. */
const PERIOD_US = 100_000;

export interface Limits {
  /** CPUs, such as 0.2. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

/** Waits for the end of its input, which comes with the worker's; then ends what is in the folders, and removes them. */
const KEEPER = `
trap '' HUP INT TERM
cat > /dev/null
for try in $(seq 200)
do
  left=
  for folder
  do
    rmdir "$folder" 2> /dev/null || [ ! -d "$folder" ] && continue
    left=1
    while read -r pid; do kill -9 "$pid"; done < "$folder/cgroup.procs"
  done
  [ -z "$left" ] && exit
  sleep 0.05
done`;

/** What each file is to hold; a file that the kernel does not have limits nothing, and is left out where it may be. */
function settings({ controller, version }: Spot, { cpus = 0, memoryBytes = 0 }: Limits) {
  const quota = Math.round(cpus * PERIOD_US);
  if (controller === 'cpu')
    return version === 2
      ? [['cpu.max', `${quota} ${PERIOD_US}`, true] as const]
      : [['cpu.cfs_period_us', PERIOD_US, true] as const, ['cpu.cfs_quota_us', quota, true] as const];
  return version === 2
    ? [['memory.max', memoryBytes, true] as const, ['memory.swap.max', 0, false] as const]
    : [['memory.limit_in_bytes', memoryBytes, true] as const, ['memory.swappiness', 0, false] as const];
}

function limit(spot: Spot, folder: string, limits: Limits): void {
  for (const [file, value, isNeeded] of settings(spot, limits)) {
    try {
      writeFileSync(join(folder, file), String(value));
    } catch (error) {
      if (isNeeded) throw error;
    }
  }
}

/** What a run left whose keeper was killed with it. */
function sweep({ parent }: Spot): void {
  const old = Date.now() - OLD_MS;
  for (const name of readdirSync(parent).filter((one) => one.includes(OWN_PREFIX))) {
    try {
      if (statSync(join(parent, name)).ctimeMs < old) rmdirSync(join(parent, name));
    } catch {
      // It went meanwhile, or somebody is in it.
    }
  }
}

export class LimitedContainer {
  /** A command that runs what follows it in there. */
  readonly entering: readonly string[];
  readonly #keeper: ReturnType<typeof spawn>;

  /** @throws {Error} where there can be none, see ../scenario/limited-container.ts */
  constructor(limits: Limits) {
    const controllers = [
      ...(limits.cpus ? ['cpu'] : []),
      ...(limits.memoryBytes ? ['memory'] : []),
    ] as Limited[];
    const spots = placesFor(controllers);
    if (typeof spots === 'string') throw new Error(spots);
    const folders = spots.map(({ parent, name }) => join(parent, name));
    for (const spot of spots) sweep(spot);
    // Before they are there, so that at no moment they can be left.
    this.#keeper = spawn('sh', ['-c', KEEPER, 'keeper', ...folders], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // On version 2 one folder has all limits.
    for (const folder of new Set(folders)) mkdirSync(folder);
    for (const [i, spot] of spots.entries()) limit(spot, folders[i] ?? '', limits);
    const moves = [...new Set(folders)].map((folder) => `echo 0 > '${join(folder, 'cgroup.procs')}'`);
    this.entering = ['sh', '-c', `${moves.join(' && ')} && exec "$0" "$@"`];
  }

  /** Ends what is in there and removes it. */
  async end(): Promise<void> {
    const ended = once(this.#keeper, 'close');
    this.#keeper.stdin?.end();
    await ended;
  }
}
