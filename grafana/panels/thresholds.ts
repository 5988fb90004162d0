import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ALARM, CALM } from '../colours.ts';

/** Calm up to the lowest bound, an alarm from there on, with a line at each; without a bound always calm. */
export function alarmAbove(...bounds: readonly number[]): ThresholdsConfigBuilder {
  const calm = { value: null, color: CALM };
  const alarms = [...new Set(bounds)].sort((a, b) => a - b).map((value) => ({ value, color: ALARM }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([calm, ...alarms]);
}

/** An alarm below the bound, for what should be there. */
export function alarmBelow(bound: number): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: ALARM },
    { value: bound, color: CALM },
  ]);
}

export const byThresholds = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** A colour that a series keeps on every panel, for series that are not known beforehand. */
export const byName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);
