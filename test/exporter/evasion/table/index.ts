import { DESTINATIONS } from './destinations.ts';
import { DISGUISES } from './disguises.ts';
import { FILES } from './files.ts';
import { FLOODS } from './floods.ts';
import { LOGS } from './logs.ts';
import type { Family } from './model.ts';
import { PATHS } from './paths.ts';
import { PLACEMENT } from './placement.ts';
import { PODS } from './pods.ts';
import { PROCESSES } from './processes.ts';
import { PROGRAMS } from './programs.ts';
import { SOCKETS } from './sockets.ts';
import { WEB } from './web.ts';

/** All that was tried against the exporter, in the order of the documentation. */
export const EVASIONS: readonly Family[] = [
  PATHS,
  PROGRAMS,
  DISGUISES,
  PROCESSES,
  PLACEMENT,
  DESTINATIONS,
  SOCKETS,
  FLOODS,
  FILES,
  LOGS,
  WEB,
  PODS,
];
