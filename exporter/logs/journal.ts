import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { SourceError, type SourceErrorCode } from '../errors.ts';
import { LineSplitter } from './line-splitter.ts';

const FOLDERS = ['/var/log/journal', '/run/log/journal'];
const RESTART_MS = 30_000;
const PROVEN_MS = 1_000;
const SHOWN_CHARACTERS = 500;

/** `Nov 23 14:00:00 node sshd[7]: …`, as in the files that syslog writes. */
const IDENTIFIER = /^\S+ +\d+ [\d:]+ \S+ ([^\s:[]+)/;

/** The syslog identifier of a line in journalctl's short form; undefined for what continues a message. */
export function identifierOf(line: string): string | undefined {
  return IDENTIFIER.exec(line)?.[1];
}

/** journalctl ends at once where the folder is empty, as it is without a running journald. */
function holdsSomething(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false; // absent, or not to be seen: in both cases journalctl could not read it either
  }
}

/** What journalctl says where it is installed and no journald ever ran, and where it may not read: it ends with 1. */
const COMPLAINTS: readonly (readonly [RegExp, SourceErrorCode])[] = [
  [/^No journal files were found/m, 'absent'],
  [/insufficient permissions|Permission denied/, 'unreadable'],
];

function endedBy(status: number | string | null, complaint: string): SourceError {
  const code = COMPLAINTS.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'failed';
  const reason = complaint === '' ? '' : `: ${complaint.split('\n')[0]}`;
  return new SourceError(code, 'journalctl', `journalctl: ended with ${status}${reason}`);
}

/** Follows the host's journal by a child process, journalctl: its binary form has no other reader. */
export class Journal {
  readonly #prefix: string;
  readonly #take: (line: string) => void;
  #identifiers = '';
  #child: ChildProcess | undefined;
  #failure: SourceError | undefined;
  #retryAtMs = 0;
  #startedAtMs = 0;

  constructor(prefix: string, take: (line: string) => void) {
    this.#prefix = prefix;
    this.#take = take;
  }

  /** Whether the journal is being followed: a child that cannot read it ends within this time. */
  get isOpen(): boolean {
    return this.#child !== undefined && performance.now() - this.#startedAtMs >= PROVEN_MS;
  }

  /**
   * Follows these syslog identifiers from now on; none stops.
   *
   * @throws {SourceError} `absent` without a journal or journalctl, `failed` when it ended; it is started again later
   */
  follow(identifiers: readonly string[]): void {
    const wanted = [...new Set(identifiers)].sort().join('\n');
    if (wanted !== this.#identifiers) {
      this.close();
      this.#identifiers = wanted;
    }
    if (wanted === '') return;
    if (this.#child === undefined && performance.now() >= this.#retryAtMs) this.#start(wanted.split('\n'));
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#failure = undefined;
    this.#retryAtMs = 0;
    child?.removeAllListeners();
    child?.kill();
  }

  #start(identifiers: readonly string[]): void {
    const folder = FOLDERS.find((path) => holdsSomething(this.#prefix + path));
    if (folder === undefined) {
      this.#fail(new SourceError('absent', 'journal', 'journal: no folder of it on this host'));
      return;
    }
    const child = spawn(
      'journalctl',
      [
        '--follow',
        '--lines=0',
        '--quiet',
        '--output=short',
        `--directory=${this.#prefix}${folder}`,
        ...identifiers.map((identifier) => `--identifier=${identifier}`),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    this.#startedAtMs = performance.now();
    this.#failure = undefined;
    const splitter = new LineSplitter();
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) this.#take(line);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'ENOENT' ? 'absent' : 'failed';
      this.#fail(new SourceError(code, 'journalctl', `journalctl: ${cause.code}`, { cause }));
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, SHOWN_CHARACTERS);
    });
    child.on('close', (status, signal) => {
      // One that could not be started has said so already.
      if (this.#child === child) this.#fail(endedBy(status ?? signal, complaint.trim()));
    });
    // Neither the child nor its output keeps the agent from ending.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
  }

  #fail(error: SourceError): void {
    this.#child = undefined;
    this.#failure = error;
    this.#retryAtMs = performance.now() + RESTART_MS;
  }
}
