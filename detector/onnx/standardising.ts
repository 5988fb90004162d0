import type { Standard } from '../../learning/models/standard.ts';
import { vector } from './layers.ts';
import type { Node, Tensor } from './model.ts';

/** Puts the mean in the place of missing values, and makes columns comparable. */
export function standardising(
  from: string,
  to: string,
  { means, deviations }: Standard,
): { readonly nodes: readonly Node[]; readonly constants: readonly Tensor[] } {
  return {
    nodes: [
      { operator: 'IsNaN', inputs: [from], outputs: ['is_missing'] },
      { operator: 'Where', inputs: ['is_missing', 'means', from], outputs: ['known'] },
      { operator: 'Sub', inputs: ['known', 'means'], outputs: ['centred'] },
      { operator: 'Div', inputs: ['centred', 'deviations'], outputs: [to] },
    ],
    constants: [vector('means', means), vector('deviations', deviations)],
  };
}
