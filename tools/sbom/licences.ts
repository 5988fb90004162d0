/** Licences of which we ship code, by their SPDX names: all let others use it as they like, and ask for notices that are shipped too. */
const SHIPPED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/**
 * Whether code may be shipped under an SPDX expression: one of what `OR` leaves the choice of, all of what `AND` joins. What is
 * written in another way, or in parts of parts, is for a person to read.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 */
export function mayShip(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => SHIPPED.has(licence.trim())));
}
