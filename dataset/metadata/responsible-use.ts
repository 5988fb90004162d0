/** What Croissant's vocabulary of responsible AI asks for, as far as the manifest knows it. */
import type { Manifest } from '../model/manifest.ts';
import { collection, labelOrigins, notFor, personal, uses } from './datasheet.ts';

/** @see https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html */
export function responsibleUse(manifest: Manifest) {
  const { prometheus, missingColumns, gaps, warnings } = manifest;
  return {
    'rai:dataCollection': collection(manifest),
    'rai:dataCollectionType': ['Software Collection', 'Experiments'],
    'rai:dataCollectionTimeFrame': [manifest.start, manifest.end],
    'rai:dataCollectionRawData': `Samples of the scrape jobs ${prometheus.jobs.join(', ')} in Prometheus.`,
    'rai:dataCollectionMissingData': `Nothing is filled in: what was not measured is null. ${gaps.length} gaps, ${missingColumns.length} nodes or pods without a value of some column.`,
    'rai:dataAnnotationProtocol': labelOrigins(manifest),
    'rai:dataUseCases': uses(),
    'rai:dataLimitations': [...notFor(manifest), ...warnings],
    'rai:personalSensitiveInformation': personal(manifest),
  };
}
