export const MEBIBYTE = 1024 * 1024;
/** A scenario takes at most this part of what is available here, the container's limit counted in. */
const MOST_OF_AVAILABLE = 0.5;

/** Why so much memory may not be taken; undefined when it may. */
export async function memoryObstacle(mebibytes: number): Promise<string | undefined> {
  const available = Math.floor(process.availableMemory() / MEBIBYTE);
  return mebibytes <= available * MOST_OF_AVAILABLE
    ? undefined
    : `would take ${mebibytes} MiB, more than half of the ${available} that are available`;
}
