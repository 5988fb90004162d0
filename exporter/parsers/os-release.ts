/** Name and version of an operating system, `''` where the file does not say. */
export interface OsRelease {
  readonly id: string;
  readonly version: string;
}

/**
 * Parses os-release: shell assignments, values bare or quoted. Lines that are none are skipped.
 *
 *     ID=ubuntu
 *     VERSION_ID="24.04"
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function parseOsRelease(text: string): OsRelease {
  const value = (key: string) => {
    const raw = new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
    const quoted = /^(["'])(.*)\1$/.exec(raw)?.[2];
    return (quoted ?? raw).replace(/\\([\\"'$`])/g, '$1');
  };
  return { id: value('ID'), version: value('VERSION_ID') };
}
