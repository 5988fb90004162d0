import { storageKind } from '../kind.ts';
import { localStorage } from './local-storage.ts';

/** A folder of this machine. */
export const local = storageKind({
  kind: 'local',
  scheme: undefined,
  shape: 'a folder',
  section: undefined,
  open: async (place, _, disk) => localStorage(place, disk),
});
