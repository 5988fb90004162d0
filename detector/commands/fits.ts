import { formatDuration } from '../../common/duration.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { DetectorError } from '../base/errors.ts';
import type { Detector } from '../candidate/detector.ts';

/** Refuses a dataset whose columns or step the model does not know. */
export function checkFits({ candidate: { plan } }: Detector, { name, columns, stepMs }: Dataset): void {
  const known = new Set(columns.map((column) => column.name));
  const absent = plan.columns.filter((column) => !known.has(column));
  if (absent.length > 0) {
    const more = absent.length > 1 ? ` and ${absent.length - 1} more` : '';
    throw new DetectorError(
      'data',
      `${name} has no column ${absent[0]}${more}, which the model was trained with: build it with the same columns`,
    );
  }
  if (stepMs !== plan.stepMs) {
    const [own, wanted] = [stepMs, plan.stepMs].map(formatDuration);
    throw new DetectorError(
      'data',
      `${name} has a row each ${own}, the model was trained with ${wanted}: build it with that step`,
    );
  }
}
