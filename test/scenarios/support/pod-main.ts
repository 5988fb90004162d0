/**
 * What runs in a pod that suffers: the victim, a little housekeeping so that no time is idle, and the scenarios. Each line of standard
 * input is one, as {name, options}, or `stop`; each is answered by `ok` or by what went wrong.
 *
 *     node pod-main.js <port> <log file> <folder> [<ms between two times of housekeeping>]
 */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger } from '../../../common/log.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import type { ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { openVictim } from '../../../scenarios/victim/open-victim.ts';
import { fileLog } from '../../../scenarios/victim/victim-log.ts';

const [port = '', logFile = '', folder = '', housekeepingMs = '1000'] = process.argv.slice(2);
const KEPT_BYTES = 256 * 1024;

async function keepHouse(): Promise<void> {
  const file = await open(join(folder, 'kept'), 'w');
  await file.write(Buffer.alloc(Math.round(KEPT_BYTES * (0.5 + Math.random()))), 0, undefined, 0);
  await file.datasync();
  await file.close();
  for (let i = 0; i < 3 * Math.random(); i++) spawn('true', { stdio: 'ignore' });
}

const log = fileLog(logFile);
/** As containerd writes what a container writes. */
const standardOutput = (line: string) => log(`${new Date().toISOString()} stdout F ${line}`);
const victim = await openVictim({
  http1: { at: { host: undefined, port: Number(port) }, flag: 'port' },
  http2: { at: { host: '127.0.0.1', port: 0 }, flag: 'port' },
  log: standardOutput,
  accessLog: standardOutput,
  weakPages: true,
  folder,
  logger: createLogger({ level: 'warn', format: 'logfmt' }),
});
const housekeeping = setInterval(() => void keepHouse(), Number(housekeepingMs));
const say = (line: string) => process.stdout.write(`${line}\n`);
say('ok');

async function carryOut(line: string): Promise<void> {
  const { name, options } = JSON.parse(line) as { name: string; options: ScenarioOptions };
  const scenario = SCENARIOS.find((one) => one.name === name);
  try {
    await scenario?.run({ ...options, victim: victim.own });
    say('ok');
  } catch (error) {
    say(String(error).split('\n')[0] ?? '');
  }
}
for await (const line of createInterface(process.stdin)) void carryOut(line);
clearInterval(housekeeping);
await victim.close(0);
