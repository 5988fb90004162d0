/**
 * How results on a dataset are to be found, in the words of its card. `kubevigil-builder baseline` and `score` do what stands here; who
 * changes a sentence changes them.
 */
import type { Manifest } from '../model/manifest.ts';
import { plain } from './markdown.ts';

/** Rows on both sides of an attack that VUS-PR forgives: the longest of its buffers. */
export const VUS_BUFFER_ROWS = 8;

/** The columns that models may see. */
function featureNames({ columns }: Pick<Manifest, 'columns'>): string[] {
  return columns.filter(({ type }) => type === 'double').map(({ name }) => name);
}

/** Sentences of Markdown, one a step. */
export function protocol(manifest: Manifest): string[] {
  const features = featureNames(manifest);
  const others = manifest.columns.filter(({ type }) => type !== 'double').map(({ name }) => `\`${name}\``);
  const shown =
    features.length === 0
      ? ''
      : `, from \`${plain(features[0] as string)}\` to \`${plain(features.at(-1) as string)}\``;
  return [
    `Features are the ${features.length} columns of type double${shown}, and nothing else: not ${others.join(', ')}, nor a \`date\` that a reader makes of the folders' names.`,
    'The parts are those of the column `split`: learn from `train`, choose on `validation`, report on `test`. Rows of `embargo` are left out.',
    'An attack row is one whose `label` is neither `normal` nor null; every scenario is an attack. Rows with `phase` `recovery` and rows without a label are neither learned from nor judged.',
    'Nulls stay nulls: whoever cannot learn from them puts the mean of the `train` rows in their place.',
    `Rows are judged by average precision and by VUS-PR with buffers up to ${VUS_BUFFER_ROWS} rows, beside the share of attack rows, which is what calling everything an attack comes to.`,
    'Alarms are judged by one threshold, the one with the best F1 on the rows of `validation`: a row whose score is at or above it is an alarm.',
    'An episode on a node is found by its first alarm row, and the time since its first row is the delay. Episodes that another part or the embargo cuts are left out.',
    'A false alarm is an uninterrupted run of alarm rows in which nothing happened, counted per hour of such time beside the share of it in alarm; a benign workload (`role` benign) that raises an alarm is counted apart.',
    ...(manifest.columns.some(({ name }) => name === 'involvement')
      ? [
          'Rows of a pod that only stood by (`involvement` bystander) are normal rows, but no benign workload, nor time in which nothing happened.',
        ]
      : []),
  ];
}
