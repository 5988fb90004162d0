import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Unit } from '../exporter/catalogue/model/define.ts';

/** Grafana's name for each unit of the catalogue. */
const UNIT_IDS: Readonly<Record<Unit, string>> = {
  ratio: units.PercentUnit,
  bytes: units.BytesIEC,
  bytes_per_second: units.BytesPerSecondIEC,
  per_second: units.CountsPerSecond,
  count: units.Short,
};

export function unitId(unit: Unit): string {
  return UNIT_IDS[unit];
}
