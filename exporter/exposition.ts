import Registry from 'prom-client/lib/registry.js';
import type { Sample } from './extractor.ts';
import type { ExpositionFormat } from './negotiation.ts';

/** One value of a family; labels that are empty are left out when it is written. */
interface FamilyValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All values of one metric at one moment. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly FamilyValue[];
}

/** Collects samples by their metric, so that each family is written in one piece. */
export function familiesOf(samples: readonly Sample[]): Family[] {
  const families = new Map<string, Family & { values: FamilyValue[] }>();
  for (const { metric, labels, value } of samples) {
    const { name, help, type } = metric;
    const family = families.get(name) ?? { name, help, type, values: [] };
    family.values.push({ labels, value });
    families.set(name, family);
  }
  return [...families.values()];
}

function withoutEmptyLabels({ labels, value }: FamilyValue): FamilyValue {
  return { labels: Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== '')), value };
}

/**
 * The text of a page, families by name; a family without values is left out.
 *
 * Everything is registered anew for every page: prom-client renames a counter for good once it was written as
 * OpenMetrics, and series of pods that are gone must not stay.
 */
export async function renderExposition(
  families: readonly Family[],
  format: ExpositionFormat,
): Promise<string> {
  const registry = new Registry();
  if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  for (const family of families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (family.values.length === 0) continue;
    const metric = {
      name: family.name,
      help: family.help,
      type: family.type,
      values: family.values.map(withoutEmptyLabels),
      // prom-client asks the metric for itself after it may have renamed it.
      get: () => metric,
    };
    registry.registerMetric(metric as never);
  }
  return registry.metrics();
}
