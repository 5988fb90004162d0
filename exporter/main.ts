#!/usr/bin/env node
import './program/heap-flags.ts';

// Not a static import: modules are read and parsed before the first of them runs, and the heap grows meanwhile.
const { main } = await import('./program/command.ts');
await main();
