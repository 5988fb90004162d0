import type { Place } from '../cgroups/place.ts';

/** The owner of what belongs to no pod. */
export const HOST_OWNER = '';

/** What a pod goes by, whatever its names: its uid, or the id of a container that is in no pod. */
export function ownerOf(place: Place | undefined): string {
  return place?.podUid ?? place?.containerId ?? HOST_OWNER;
}
