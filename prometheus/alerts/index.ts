/** Every alert; prometheus/rules/alerts.yml, prometheus/tests/ and prometheus/runbooks/ are generated from here. */
import { accessAlerts } from './access.ts';
import { datasetAlerts } from './datasets.ts';
import { detectorAlerts } from './detector.ts';
import { healthAlerts } from './health.ts';
import type { AlertGroup } from './model.ts';
import { networkAlerts } from './network.ts';
import { processAlerts } from './processes.ts';
import { resourceAlerts } from './resources.ts';
import { unseenAlerts } from './unseen.ts';
import { webAlerts } from './web.ts';

export const ALERT_GROUPS: readonly AlertGroup[] = [
  resourceAlerts,
  networkAlerts,
  processAlerts,
  accessAlerts,
  webAlerts,
  healthAlerts,
  unseenAlerts,
  datasetAlerts,
  detectorAlerts,
];
