import { lstatSync, readlinkSync } from 'node:fs';
import { SourceError } from '../base/errors.ts';

/** As many as Linux follows in one path. */
const MOST_LINKS = 40;

/** What lies at a path of which every folder is known to be one: a link, a folder, something else, or nothing. */
export type Found = { readonly target: string } | 'folder' | 'other' | undefined;

/** The parts of a path, the next one last; a `.` at its end asks for a folder, as a slash there does. */
function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (/\/\.?$/.test(path)) parts.push('.');
  return parts.reverse();
}

/**
 * Finds where a path leads within a root, as it would lead a process whose root that is: absolute links begin at the
 * root, and `..` does not climb out of it. The kernel would follow such links in the root of who asks.
 *
 * Yields each path that is to be looked at, without its links in it, and takes what was found there: whoever looks
 * decides how, and a mount that does not answer is his affair.
 *
 * @param path absolute, seen from the root
 * @param last whether a link at the end of the path is followed as well
 * @returns the path without links; undefined when something on the way is missing or no folder. Whether anything lies
 *   at its end was not asked.
 * @throws {SourceError} `failed` when links lead in a circle
 */
export function* followLinks(path: string, last: boolean): Generator<string, string | undefined, Found> {
  const done: string[] = [];
  const open = partsOf(path);
  let links = 0;
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part === '..') done.pop();
    if (part === '..' || part === '.') continue;
    done.push(part);
    const isLast = open.length === 0;
    if (isLast && !last) break;
    const found = yield `/${done.join('/')}`;
    if (typeof found === 'object') {
      if (++links > MOST_LINKS)
        throw new SourceError('failed', path, `${path}: more than ${MOST_LINKS} links (ELOOP)`);
      done.pop();
      if (found.target.startsWith('/')) done.length = 0;
      open.push(...partsOf(found.target));
    } else if (!isLast && found !== 'folder') return undefined;
  }
  return `/${done.join('/')}`;
}

/**
 * Where a path of the host is here.
 *
 * @param prefix what stands before the host's paths here; '' on the host itself
 * @param path on the host, absolute and without links
 */
export const here = (prefix: string, path: string) =>
  path === '/' && prefix !== '' ? prefix : prefix + path;

function findNow(at: string): Found {
  const stat = lstatSync(at, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) return { target: readlinkSync(at) };
  if (stat === undefined) return undefined;
  return stat.isDirectory() ? 'folder' : 'other';
}

/**
 * Where a path of the host leads, seen from here, when its filesystem waits for nobody: {@link followLinks} at once.
 *
 * @param prefix what stands before the host's paths here
 * @param path on the host
 * @throws what lstat(2) and readlink(2) do; {@link SourceError} when links lead in a circle
 */
export function targetNow(prefix: string, path: string): string | undefined {
  const steps = followLinks(path, true);
  let step = steps.next();
  while (step.done !== true) step = steps.next(findNow(here(prefix, step.value)));
  return step.value === undefined ? undefined : here(prefix, step.value);
}
