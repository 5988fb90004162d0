/**
 * What stands in the label `pod` where no pod is meant. Names of Kubernetes begin with a letter or digit, so that no pod has one of them.
 */

/** Who an event is counted under when its control group could not be told: never the host. */
export const UNKNOWN_POD = '_unknown';

/** Who what is beyond a limit is counted under. */
export const OTHER_POD = '_other';

/** Every value of the label `pod` that is no pod's name. */
export const NO_PODS: readonly string[] = ['', UNKNOWN_POD, OTHER_POD];
