import { entitiesText } from '../../dataset/model/entity.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { UNLABELLED } from '../../dataset/summary/accounts.ts';

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

const several = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What a person wants to know of a dataset that was just built. */
export function summary(manifest: Manifest, folder: string): string {
  const { rows, columns, gaps, files, classBalance, split, warnings } = manifest;
  const features = columns.filter(({ type }) => type === 'double').length;
  const classes = Object.entries(classBalance).map(
    ([label, count]) => `${label} ${count} (${percent(count, rows)})`,
  );
  const parts = Object.entries(split.rows).map(([part, count]) => `${part} ${count}`);
  return [
    `${several(rows, 'row')}, ${columns.length} columns (${several(features, 'feature')}), ${entitiesText(manifest)}, ${several(files.length, 'file')}, ${several(gaps.length, 'gap')}`,
    `from ${manifest.start} to ${manifest.end}, step ${manifest.step}`,
    `labels: ${classes.join(', ')}${UNLABELLED in classBalance ? ' (give --labels to know more)' : ''}`,
    `splits ${split.by === 'joined' ? 'of the labs' : `by ${split.by}`}: ${parts.join(', ')}`,
    ...warnings.map((warning) => `note: ${warning}`),
    `written to ${folder}`,
    '',
  ].join('\n');
}
