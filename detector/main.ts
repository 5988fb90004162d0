#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A young generation without room to spare saves `serve` 30 MB beside a stream; training has garbage enough to use it. Set before anything
// else is loaded, as the heap grows with that.
if (process.argv[2] === 'serve') setFlagsFromString('--optimize-for-size');

const { runCommand } = await import('../common/cli.ts');
const { detectorCommand } = await import('./commands/command.ts');
await runCommand(detectorCommand());
