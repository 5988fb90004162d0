/** Where a siege takes place: a folder, cgroups, a cluster that knows its pods. All is put back at the end. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from '../../test/support/api-server.ts';
import { Cells } from './cells.ts';
import { Undo } from './undo.ts';

export interface Ground {
  readonly folder: string;
  readonly cells: Cells;
  readonly cluster: ApiServer;
  readonly undo: Undo;
  readonly signal: AbortSignal;
}

/** Does something on a ground of its own. An interruption ends the wait of whoever heeds the signal, and its reason is what this fails with. */
export async function onGround<T>(signal: AbortSignal, work: (ground: Ground) => Promise<T>): Promise<T> {
  const undo = new Undo();
  try {
    const folder = mkdtempSync(join(tmpdir(), 'kubevigil-siege-'));
    undo.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const cells = new Cells();
    undo.add(() => cells.removeAll());
    const cluster = new ApiServer();
    await cluster.start();
    undo.add(() => cluster.stop());
    mkdirSync(join(folder, 'serviceaccount'));
    cluster.writeServiceAccount(join(folder, 'serviceaccount'), 'first');
    return await work({ folder, cells, cluster, undo, signal });
  } catch (cause) {
    // What was waited for may have ended in many ways then.
    throw signal.aborted ? new Error(String(signal.reason), { cause }) : cause;
  } finally {
    await undo.run();
  }
}
