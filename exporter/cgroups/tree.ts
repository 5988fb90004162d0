import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError, sourceError } from '../base/errors.ts';
import { mayHoldContainers, type Place, placeOf } from './place.ts';

interface Child {
  readonly path: string;
  readonly place: Place | undefined;
}

interface Folder {
  /** The kernel counts a cgroup's children in its link count. */
  links: number;
  /** Containers, and what may hold some. */
  children: readonly Child[];
  /** Passes until it is listed again although the count is the same. */
  passesLeft: number;
}

/** A child that went while another came leaves the count as it was: every folder is listed again at times. */
const PASSES_BETWEEN_LISTINGS = 16;

/** `/system.slice/k3s.service/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/…-pod<uid>.slice` */
const DEEPEST = 8;

/** Units of systemd's that have no cgroups below them; of its services, see place.ts. */
const NEVER_CONTAINERS = /\.(mount|automount|socket|swap|timer|device|path)$/;

/** As cgroup filesystems count links: the folder's own, and one for each child. */
const LINKS_OF_NONE = 2;

/**
 * The containers that a cgroup hierarchy shows, whether or not their processes can be seen.
 *
 * Listings are kept from one scrape to the next and made again when the number of children changes, in rotation,
 * and when {@link missed} says that a container is gone.
 */
export class ContainerTree {
  private readonly root: string;
  private readonly isNested: boolean;
  private folders = new Map<string, Folder>();

  /**
   * @param root the folder that the hierarchy is mounted at
   * @param isNested whether this node is a container itself
   */
  constructor(root: string, isNested = false) {
    this.root = root;
    this.isNested = isNested;
  }

  /**
   * The containers, by the path of their cgroup.
   *
   * @throws {SourceError} when the hierarchy's root cannot be listed
   */
  containers(): Map<string, Place> {
    const found = new Map<string, Place>();
    const seen = new Map<string, Folder>();
    const open = [''];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      const folder = this.visit(path);
      if (folder === undefined) {
        const parent = parentOf(path);
        // It went, so what its parent is known to hold may be as old.
        if (this.folders.delete(parent)) open.push(parent);
        continue;
      }
      seen.set(path, folder);
      for (const child of folder.children) {
        if (child.place?.containerId === undefined) open.push(child.path);
        else found.set(child.path, child.place);
      }
    }
    this.folders = seen;
    return found;
  }

  /**
   * Something of a container could not be found. If the container is gone, its neighbours are listed again.
   *
   * @returns whether it is gone
   */
  missed(path: string): boolean {
    if (existsSync(join(this.root, path))) return false;
    this.folders.delete(parentOf(path));
    return true;
  }

  private visit(path: string): Folder | undefined {
    const absolute = `${this.root}${path}`;
    try {
      const { nlink: links } = statSync(absolute);
      const known = this.folders.get(path);
      if (known !== undefined && known.links === links && known.passesLeft > 0) {
        known.passesLeft--;
        return known;
      }
      const children = links === LINKS_OF_NONE ? [] : this.list(path);
      return { links, children, passesLeft: PASSES_BETWEEN_LISTINGS };
    } catch (cause) {
      const error = sourceError(`sys/fs/cgroup${path}`, cause);
      // Cgroups go at any moment, but not the root of them.
      if (path !== '' && error instanceof SourceError && error.code === 'absent') return undefined;
      throw error;
    }
  }

  private list(path: string): Child[] {
    return readdirSync(`${this.root}${path}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path}/${name}`)
      .map((child) => ({ path: child, place: placeOf(child, this.isNested) }))
      .filter((child) => child.place !== undefined || isWorthALook(child.path));
  }
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

function isWorthALook(path: string): boolean {
  return path.split('/').length <= DEEPEST && !NEVER_CONTAINERS.test(path) && mayHoldContainers(path);
}
