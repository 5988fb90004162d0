/**
 * What runs in a pod that suffers: the victim, a little housekeeping so that no time is idle, and the scenarios. Each line of standard
 * input is one, as {name, options}, or `stop`; each is answered by `ok` or by what went wrong.
 *
 *     node pod-main.js <port> <log file> <folder> [<ms between two times of housekeeping>]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import type { ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { createVictim } from '../../../scenarios/victim/victim.ts';
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
const server = createVictim(standardOutput).listen(Number(port));
await once(server, 'listening');
const housekeeping = setInterval(() => void keepHouse(), Number(housekeepingMs));
const say = (line: string) => process.stdout.write(`${line}\n`);
say('ok');

async function carryOut(line: string): Promise<void> {
  const { name, options } = JSON.parse(line) as { name: string; options: ScenarioOptions };
  const scenario = SCENARIOS.find((one) => one.name === name);
  try {
    await scenario?.run(options);
    say('ok');
  } catch (error) {
    say(String(error).split('\n')[0] ?? '');
  }
}
for await (const line of createInterface(process.stdin)) void carryOut(line);
clearInterval(housekeeping);
server.close();
server.closeAllConnections();
