export { program } from '../../tools/programs/find.ts';
export { startPrometheus } from '../../tools/programs/prometheus.ts';
