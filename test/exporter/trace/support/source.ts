import type { TraceEvent } from '../../../../exporter/trace/events/events.ts';
import { type ExecSourceOptions, openExecSource } from '../../../../exporter/trace/live/exec-source.ts';
import { type CollectingSource, collecting } from './collecting.ts';
import type { Kernel } from './kernel.ts';

/** Opens sources on the kernel, and closes them after each test. */
export function useSource(kernel: () => Kernel): (options?: Partial<ExecSourceOptions>) => CollectingSource {
  const opened: CollectingSource[] = [];
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
  });
  return (options = {}) => {
    const { tracefs, prefix, unified } = kernel();
    const hierarchy = { id: 0, controllers: '', mountpoint: unified };
    const all = {
      tracefs,
      procfs: '/proc',
      sysfs: '/sys',
      hierarchy,
      instancePrefix: prefix,
      ...options,
    };
    const source = collecting((listener) => openExecSource(all, listener));
    opened.push(source);
    return source;
  };
}

/** Whether it happened in another run of these tests on the same kernel. */
function isOthers({ cgroupPath }: Kernel, { cgroup }: TraceEvent): boolean {
  const [, first = ''] = cgroup?.path.split('/') ?? [];
  return first.startsWith('kubevigil-test-') && first !== cgroupPath.slice(1);
}

/** How often `path` was executed, by cgroup below the test's own. */
export function execsByCgroup(
  kernel: Kernel,
  events: readonly TraceEvent[],
  path: string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    if (event.kind !== 'exec' || event.path !== path || isOthers(kernel, event)) continue;
    const cgroup = event.cgroup?.path.replace(kernel.cgroupPath, '') ?? 'unknown';
    counts[cgroup] = (counts[cgroup] ?? 0) + 1;
  }
  return counts;
}
