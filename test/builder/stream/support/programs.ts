import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitForChild, watched } from '../../../../tools/programs/child.ts';
import { BUILDER } from '../../support/cli.ts';

export interface StreamProcess {
  readonly url: string;
  readonly log: () => string;
  /** Sends SIGTERM, and gives how it ended. */
  stop(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts `kubevigil-builder stream` on a free port and waits until it has said where it listens. */
export async function startStreamProcess(args: readonly string[]): Promise<StreamProcess> {
  const child = spawn(process.execPath, [BUILDER, 'stream', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const exit = once(child, 'close');
  const address = await waitForChild(
    watched(child, () => written),
    'the stream to listen',
    () => /"?address"?[=:]"?(127\.0\.0\.1:\d+)/.exec(written)?.[1],
  );
  return {
    url: `http://${address}`,
    log: () => written,
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
      return { code, signal };
    },
  };
}
