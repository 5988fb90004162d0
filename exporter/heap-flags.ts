/**
 * Keeps V8's heap small; imported before everything else, because the heap grows while the agent's modules are loaded.
 *
 * A young generation of 1 MiB and no room to spare cost some garbage collection and save 35 MB on every node. They are
 * set here because a program cannot rely on flags before its name: npm's `kubevigil-exporter` is started without any.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--max-semi-space-size=1');
setFlagsFromString('--optimize-for-size');
