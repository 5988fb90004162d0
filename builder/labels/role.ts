import type { Episode } from '../../dataset/episodes/episodes.ts';

const BENIGN = 'benign';

/** Whether an episode is a look-alike; every other role is an attack's. */
export function isBenign({ role }: Pick<Episode, 'role'>): boolean {
  return role === BENIGN;
}
