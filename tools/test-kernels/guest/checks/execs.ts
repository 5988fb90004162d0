import { CONTAINERS, type Container, UNIFIED } from '../../../guests/inside/containers.ts';
import { burst, burstInto, burstOfMoved } from '../causes.ts';
import type { Check } from '../check.ts';
import type { Lab } from '../lab.ts';
import type { Page } from '../page.ts';

const countOf = (page: Page, container: string) =>
  page.sum('suspicious_execs_total', { rule: 'shell_in_container', container }) ?? 0;

/** Shells of a container, of nobody known and of other containers, that were started meanwhile; and records lost. */
async function difference(lab: Lab, { label }: Container, action: () => Promise<void>) {
  const before = await lab.page();
  await action();
  const after = await lab.page();
  const sum = (page: Page) => page.sum('suspicious_execs_total', { rule: 'shell_in_container' }) ?? 0;
  const own = countOf(after, label) - countOf(before, label);
  const lost = (after.sum('exec_events_lost_total') ?? 0) - (before.sum('exec_events_lost_total') ?? 0);
  const name = 'exec_events_unattributed_total';
  const unattributed = (after.sum(name) ?? 0) - (before.sum(name) ?? 0);
  return { own, others: sum(after) - sum(before) - own, lost, unattributed };
}

/** Expects `count` more shells of the container, none of anybody else, and none lost. */
export async function execsDuring(
  lab: Lab,
  what: string,
  container: Container,
  count: number,
  action: () => Promise<void>,
): Promise<void> {
  const { own, others, lost } = await difference(lab, container, action);
  lab.expect(`${what}: shells of ${container.label}`, own, count);
  lab.expect(`${what}: shells of others`, others, 0);
  lab.expect(`${what}: records lost`, lost, 0);
}

/** Bursts of short programs: each is counted once, in its container. */
export const execs: Check = {
  name: 'execs',
  async run(lab) {
    const { systemd, cgroupfs, small } = CONTAINERS;
    await execsDuring(lab, 'burst', systemd, 300, () => burst(systemd, 300));
    await execsDuring(lab, 'burst', cgroupfs, 300, () => burst(cgroupfs, 300));
    await execsDuring(lab, 'moved', cgroupfs, 100, () => burstOfMoved(cgroupfs, 100));
    if (!UNIFIED) return;
    // Who is placed by CLONE_INTO_CGROUP and gone before it is looked at cannot be told: that is said, and never guessed.
    for (const [what, seconds, least] of [
      ['gone', 0, 0],
      ['alive', 0.3, 1],
    ] as const) {
      const { own, others, unattributed } = await difference(lab, small, () => burstInto(small, 40, seconds));
      lab.expect(`placed and ${what}: shells of others`, others, 0);
      lab.require(
        `placed and ${what}: ${own} told and ${unattributed} said not to be, of 40`,
        own + unattributed >= 40 && own >= least,
      );
    }
  },
};
