import { join } from 'node:path';
import { type Child, startChild, waitForChild } from '../../programs/child.ts';
import { ROOT } from '../../programs/paths.ts';
import { freePort } from '../../programs/ports.ts';
import { answers } from '../../programs/prometheus.ts';

/** A program that serves on loopback. */
export interface Served extends Child {
  readonly url: string;
}

async function serve(
  what: string,
  program: 'builder' | 'detector',
  args: readonly string[],
  flag: string,
  folder: string,
): Promise<Served> {
  const address = `127.0.0.1:${await freePort()}`;
  const main = join(ROOT, 'dist', program, 'main.js');
  const all = [main, ...args, `${flag}=${address}`, '--log.level=warn'];
  const child = startChild(process.execPath, all, join(folder, `${what.replaceAll(' ', '-')}.log`));
  const url = `http://${address}`;
  try {
    await waitForChild(child, `${what} to answer`, (signal) => answers(`${url}/-/healthy`, signal));
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...child, url };
}

/** Streams the rows of each second, and those of the time before now that the detector learns what is usual from. */
export function startStream(folder: string, config: string, from: string): Promise<Served> {
  return serve('the stream', 'builder', ['stream', '--config', config, '--from', from], '--listen', folder);
}

/** Scores what the stream has. */
export function startDetector(
  folder: string,
  models: string,
  stream: string,
  verdicts: string,
): Promise<Served> {
  const args = ['serve', '--model', models, '--stream', stream, '--verdicts', verdicts];
  return serve('the detector', 'detector', args, '--web.listen-address', folder);
}
