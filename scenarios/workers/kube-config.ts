import { KubeConfig } from '@kubernetes/client-node';

/** The API server, and as whom this pod may ask it: as its service account, or as a kubeconfig says. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  const { KUBECONFIG: file = '' } = process.env;
  if (file === '') config.loadFromCluster();
  else config.loadFromFile(file);
  return config;
}
