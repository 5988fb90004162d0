/** Has shells look for secrets among files of its own, read them, and pack them; what they find is thrown away. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { startSteadily } from './start-steadily.ts';

/** As images and volumes have them; a canary, which opens nothing. */
const SECRETS = [
  'token',
  '.pgpass',
  'id_ed25519',
  'credentials',
  'config.json',
  '.env',
  'ca.key',
  'password',
];
const USERS = ['root', 'app', 'ci', 'git'];
const CONTENT = 'password=canary-of-kubevigil-which-opens-nothing\n';
/** What somebody types who looks for something to use; then it waits for the end of its standard input. */
const SEARCH = `
find "$0" -type f | while read -r file; do (read -r line < "$file"); done
grep -r password "$0"
tar -cf - -C "$0" .
read -r _`;

export interface SecretAccessOptions extends WorkerOptions {
  /** What the path of its folder begins with. */
  readonly beginning: string;
  readonly searchesPerSecond: number;
}

const { durationMs, beginning, searchesPerSecond } = workerOptions<SecretAccessOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const folder = `${beginning}secrets`;
try {
  for (const user of USERS) {
    mkdirSync(join(folder, user), { recursive: true });
    for (const name of SECRETS) writeFileSync(join(folder, user, name), CONTENT);
  }
  await startSteadily(life, children, searchesPerSecond, (count) => {
    for (let i = 0; i < count; i++) children.start('sh', ['-c', SEARCH, folder]);
  });
  await children.end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
finish();
