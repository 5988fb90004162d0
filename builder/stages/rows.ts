import type { NodeRows, Partition } from '../../dataset/model/rows.ts';
import type { Plan } from '../plan/model.ts';
import type { SampleSource } from '../samples/series.ts';
import { Aligner } from './align/align.ts';
import { fetchMetrics, fetchStarts, fetchUp } from './fetch.ts';

/** Fetches and aligns: the rows of one partition, before anything is known about them but their features. */
export async function rowsOf(source: SampleSource, planned: Plan, partition: Partition): Promise<NodeRows[]> {
  const up = await fetchUp(source, planned, partition);
  const aligner = new Aligner(planned, partition, up, await fetchStarts(source, planned, partition));
  for await (const metric of fetchMetrics(source, planned, partition)) aligner.add(metric);
  return aligner.rows();
}
