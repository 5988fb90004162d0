/** Whether the rows of pods during episodes are labelled by what each pod had to do with them. */
import type { Episode, Row } from './effects.ts';

/** How many rows were looked at, and what is wrong with those that are labelled otherwise. */
export interface Labelled {
  readonly rows: number;
  readonly wrong: readonly string[];
}

/** What is done in a pod labels its rows; during an attack, rows of a pod that nothing is done in are normal, and a bystander's. */
export function labelledRows(episodes: readonly Episode[], pods: readonly Row[], stepMs: number): Labelled {
  let rows = 0;
  const wrong = episodes.flatMap((one) => {
    const company = episodes.filter(({ startMs, endMs }) => startMs < one.endMs && endMs > one.startMs);
    const during = pods.filter(({ timeMs }) => timeMs - stepMs >= one.startMs && timeMs < one.endMs);
    return during.flatMap(({ values: { pod, label, episode, involvement } }) => {
      const isOwn = pod === one.pod;
      const isAttack = one.role === 'attack';
      if (!isOwn && (!isAttack || company.some((other) => other.pod === pod))) return [];
      rows++;
      const said = [label, involvement, ...(isOwn ? [episode] : [])].join();
      const own = isAttack ? [one.scenario, 'attacker', one.episode] : ['normal', '', one.episode];
      const expected = isOwn ? own.join() : 'normal,bystander';
      return said === expected ? [] : [`${one.episode}: ${pod} has ${said}`];
    });
  });
  return { rows, wrong };
}
