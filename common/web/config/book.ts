import { statSync } from 'node:fs';
import { UsageError } from '../../cli.ts';
import type { Logger } from '../../log.ts';
import { loadWebConfig, type WebConfig } from './config.ts';
import { WebConfigError } from './error.ts';
import { filesOf, readWebConfigFile } from './file.ts';

/** Identity and version of a file, or why there is none: differs whenever its content may differ. */
function versionOf(file: string): string {
  try {
    // statSync follows the link that a Secret's mount swaps, so that the new target's inode shows.
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

const versionsOf = (files: readonly string[]) => files.map(versionOf).join();

/** What cannot change while the server listens. */
function requireSameKind(before: WebConfig, after: WebConfig, file: string): void {
  if ((before.tls === undefined) !== (after.tls === undefined)) {
    throw new WebConfigError(`${file}: turning TLS on or off takes a restart`);
  }
  if (before.tls?.clients.type !== after.tls?.clients.type) {
    throw new WebConfigError(`${file}: another client_auth_type takes a restart`);
  }
}

/** Holds the configuration in use, and takes changed files over when they are good. */
export class WebConfigBook {
  readonly #file: string;
  readonly #logger: Logger;
  #material: readonly string[] = [];
  #version: string;
  #current: WebConfig;

  /**
   * @param file `--web.config.file`
   * @throws {UsageError} when it cannot be used
   */
  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
    this.#version = '';
    try {
      this.#current = this.#read();
    } catch (error) {
      throw error instanceof WebConfigError ? new UsageError(error.message, { cause: error }) : error;
    }
  }

  /**
   * The configuration, read again when its file or a file that it names changed: four stat(2) calls. When the new
   * one cannot be used, the one in use stays, and the log says so once.
   */
  current(): WebConfig {
    if (this.#version === versionsOf([this.#file, ...this.#material])) return this.#current;
    try {
      const next = this.#read();
      requireSameKind(this.#current, next, this.#file);
      this.#current = next;
      this.#logger.info('Web configuration reread', { file: this.#file });
    } catch (error) {
      this.#logger.error('Web configuration refused; the one in use stays', { error: String(error) });
    }
    return this.#current;
  }

  /** Versions are taken before the reading, so that a change during it is found the next time. */
  #read(): WebConfig {
    const before = versionOf(this.#file);
    this.#version = versionsOf([this.#file, ...this.#material]);
    const document = readWebConfigFile(this.#file);
    this.#material = filesOf(document);
    this.#version = [before, ...this.#material.map(versionOf)].join();
    return loadWebConfig(document, this.#file);
  }
}
