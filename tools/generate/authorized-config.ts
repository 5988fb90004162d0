import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';

const HEAD = '# Generated from prometheus/kubernetes.yml by `npm run generate`.\n#\n';

/** What Prometheus needs for exporters that serve TLS and let the cluster decide; paths are those of overlays/authorization. */
const ACCESS = {
  scheme: 'https',
  authorization: { credentials_file: '/etc/kubevigil/token' },
  tls_config: {
    ca_file: '/etc/kubevigil/ca.crt',
    server_name: 'kubevigil-exporter.kubevigil-agents.svc',
  },
};

/**
 * A configuration of Prometheus whose job `kubevigil` scrapes over TLS and with a token, otherwise as it is.
 *
 * @throws {Error} when there is no such job
 */
export function authorizedConfig(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('scrape_configs');
  const job = isSeq<YAMLMap>(jobs)
    ? jobs.items.find((one) => isMap(one) && one.get('job_name') === 'kubevigil')
    : undefined;
  if (job === undefined) throw new Error('prometheus/kubernetes.yml has no job kubevigil');
  const at = job.items.findIndex(({ key }) => String(key) === 'kubernetes_sd_configs');
  const pairs = Object.entries(ACCESS).map(([key, value]) => document.createPair(key, value));
  job.items.splice(at < 0 ? job.items.length : at, 0, ...pairs);
  return `${HEAD}${document.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}
