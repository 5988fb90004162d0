import type { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import type { Place } from './place.ts';
import type { ContainerTree } from './tree.ts';

/** Reads a file of one cgroup; errors call it by its name alone, the same for every container. */
export type Read = <T>(file: string, parse: (text: string, path: string, unread: Unread) => T) => T;

/** Text of a file of one cgroup at a path as this process sees it; errors call it `name`. Throws {@link SourceError}. */
type ReadPiece = (path: string, name: string) => string;

/** memory.stat is longer, read once, and to remember it for every container would be half a megabyte of garbage. */
const SHORT = 1_000;

/** What one scrape sees of cgroups: each hierarchy is gone through once, each file is read once. */
export class Reading {
  private readonly found = new Map<ContainerTree, ReadonlyMap<string, Place>>();
  private readonly texts = new Map<string, string>();
  /** Lines that were left out, by the name of the file. */
  private readonly unread = new Map<string, Unread>();
  private readonly readPiece: ReadPiece;

  constructor(readPiece: ReadPiece) {
    this.readPiece = readPiece;
  }

  /**
   * The containers of a hierarchy, by the path of their cgroup.
   *
   * @throws {SourceError} when the hierarchy's root cannot be listed
   */
  containers(tree: ContainerTree): ReadonlyMap<string, Place> {
    const found = this.found.get(tree) ?? tree.containers();
    this.found.set(tree, found);
    return found;
  }

  /** Something of a container could not be found; true when it is gone, and all are to be looked for again. */
  missed(tree: ContainerTree, path: string): boolean {
    return tree.missed(path) && this.found.delete(tree);
  }

  /** @param folder the cgroup's, as seen from here */
  of(folder: string): Read {
    return (file, parse) => {
      const path = `${folder}/${file}`;
      const name = `sys/fs/cgroup/<container>/${file}`;
      let unread = this.unread.get(file);
      if (unread === undefined) {
        unread = new Unread(name);
        this.unread.set(file, unread);
      }
      const known = this.texts.get(path);
      if (known !== undefined) return parse(known, name, unread);
      const text = this.readPiece(path, name);
      if (text.length <= SHORT) this.texts.set(path, text);
      return parse(text, name, unread);
    };
  }

  /**
   * What there is to say of lines that were left out, once for all containers.
   *
   * @param isExposed whether a block device of this number counts
   */
  errors(isExposed: (device: string) => boolean): SourceError[] {
    return [...this.unread.values()].flatMap((unread) => unread.errors(isExposed));
  }
}
