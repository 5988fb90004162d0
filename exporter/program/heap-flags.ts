/**
 * Keeps V8 small and quiet; loaded before everything else, because the heap grows while the agent's modules are loaded.
 *
 * - A heap without room to spare costs some garbage collection and saves 35 MB on every node. The limit of the young generation,
 *   `--max-semi-space-size`, has no effect once V8 runs; this keeps it at a quarter of what it would be.
 * - A scrape runs a lot of code once. V8 means to have it optimised after some hundred scrapes, a little at each of them, on other threads, and that
 *   takes up to half of a scrape's CPU time for a gain that days of scrapes do not bring in. What is really run often, such as what an
 *   exec event goes through, is still optimised.
 *
 * The flags are set here because a program cannot rely on flags before its name: npm's `kubevigil-exporter` is started
 * without any.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * Seven times as much as V8 has by default. It counts bytes of bytecode until version 11, and calls from version 12 on. With much more, 30,000
 * exec events are over before what they go through is optimised.
 */
const LATE_OPTIMISATION = {
  bytes: '--interrupt-budget=500000',
  calls: '--invocation-count-for-turbofan=22000',
};
const FIRST_TO_COUNT_CALLS = 12;

const v8Version = Number.parseInt(process.versions.v8, 10);

setFlagsFromString('--optimize-for-size');
setFlagsFromString(v8Version < FIRST_TO_COUNT_CALLS ? LATE_OPTIMISATION.bytes : LATE_OPTIMISATION.calls);
