import { statfs } from 'node:fs/promises';

/** A scenario takes at most this part of the space that is left. */
const MOST_OF_FREE = 0.1;

/** Why so many bytes may not be written there; undefined when they may. */
export async function spaceObstacle(folder: string, bytes: number): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bytes <= bavail * bsize * MOST_OF_FREE) return undefined;
    return `would write ${bytes} bytes to ${folder}, more than a tenth of what is free there`;
  } catch (error) {
    return `cannot write to ${folder}: ${(error as NodeJS.ErrnoException).code}`;
  }
}
