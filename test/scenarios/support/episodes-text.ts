/** The ground truth of episodes on a stage, as an episodes file. */
import type { Episode } from './effects.ts';

/** A pod as the ground truth names it. */
interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** A line for the node, and one for each pod: of an attack, the one that it was done in is the attacker, and all others are bystanders. */
export function episodesText(episodes: readonly Episode[], node: string, pods: readonly PodName[]): string {
  const lines = episodes.flatMap(({ episode, scenario, startMs, endMs, pod, role, run = '' }) => {
    const line = (subject: string, involvement = '') =>
      [episode, scenario, startMs, endMs, node, subject, role, involvement, run].join();
    const own = role === 'attack' ? 'attacker' : '';
    const part = (name: string) => (name === pod ? own : 'bystander');
    return [line(','), ...pods.map(({ namespace, name }) => line(`${namespace},${name}`, part(name)))];
  });
  return `episode,scenario,start,end,node,namespace,pod,role,involvement,run\n${lines.join('\n')}\n`;
}
