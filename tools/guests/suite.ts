/** Debian's releases side by side: each with an apt state and a list of sources of its own in the cache folder. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptOptions, command } from '../programs/debian.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * The mirror of Debian's main archive that this machine's own apt is set up with.
 *
 * @param folder for apt's state
 * @throws {Error} one line that says what to do, when there is none
 */
export async function mirrorOfThisMachine(folder: string): Promise<string> {
  const options = aptOptions(folder);
  await command('apt-get', [...options, 'update'], folder);
  const format = ['indextargets', '--format', '$(LABEL) $(REPO_URI)', 'Created-By: Packages'];
  const targets = await command('apt-get', [...options, ...format], folder);
  const mirror = /^Debian (\S+)$/m.exec(targets)?.[1];
  if (mirror !== undefined) return mirror;
  throw new Error("apt's sources have no mirror of Debian's main archive: name one by --mirror");
}

/** One release. */
export class Suite {
  readonly folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string, options: readonly string[]) {
    this.folder = folder;
    this.#options = options;
  }

  /** @throws {Error} one line, when its index cannot be had */
  static async open(name: string, mirror: string, folder: string): Promise<Suite> {
    if (!existsSync(KEYRING))
      throw new Error('the keys of Debian are not here: install debian-archive-keyring');
    mkdirSync(folder, { recursive: true });
    const sources = join(folder, 'sources.list');
    writeFileSync(sources, `deb [signed-by=${KEYRING}] ${mirror} ${name} main\n`);
    const options = aptOptions(folder, sources);
    await command('apt-get', [...options, 'update'], folder);
    return new Suite(folder, options);
  }

  /** The package that has this release's kernel for virtual machines. */
  async kernelPackage(): Promise<string> {
    const text = await command(
      'apt-cache',
      [...this.#options, 'depends', 'linux-image-cloud-amd64'],
      this.folder,
    );
    const name = /Depends: (linux-image-\S+)/.exec(text)?.[1];
    if (name === undefined) throw new Error(`no kernel in ${this.folder}`);
    return name;
  }

  /** Fetches a package without what it depends on; its archive. */
  async download(name: string): Promise<string> {
    await command('apt-get', [...this.#options, 'download', name], this.folder);
    const archive = readdirSync(this.folder).find(
      (file) => file.startsWith(`${name}_`) && file.endsWith('.deb'),
    );
    if (archive === undefined) throw new Error(`apt-get download ${name} left no package`);
    return join(this.folder, archive);
  }

  /** Fetches packages with all that they depend on, as for a machine that has none; their archives. */
  async downloadAll(names: readonly string[]): Promise<string[]> {
    const options = [...this.#options, '-oAPT::Install-Recommends=false', '--yes', '--download-only'];
    await command('apt-get', [...options, 'install', ...names], this.folder);
    const archives = join(this.folder, 'cache', 'archives');
    return readdirSync(archives)
      .filter((file) => file.endsWith('.deb'))
      .map((file) => join(archives, file));
  }
}
