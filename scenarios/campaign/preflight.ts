/** Whether the server that scrapes sees the nodes of a campaign, before hours of it go unlabelled. */
import axios from 'axios';
import { z } from 'zod';
import { nearest } from '../../common/nearest.ts';
import { COLUMN_SERIES, type ColumnName } from '../scenario/columns.ts';
import { ScenariosError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';

const TIMEOUT_MS = 10_000;

const vector = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** What an expression gives now; undefined where the server does not tell. */
async function query(url: string, promql: string): Promise<Sample[] | undefined> {
  try {
    const { data } = await axios.get(`${url.replace(/\/$/, '')}/api/v1/query`, {
      params: { query: promql },
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
    });
    return vector
      .parse(data)
      .data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  } catch {
    return undefined;
  }
}

/** A node that something is done on. */
interface Node {
  readonly node: string;
  readonly cluster?: string | undefined;
}

/** What the server has of the nodes: one sample each. */
export interface Seen {
  /** Nodes whose agent is scraped; undefined where the server does not tell. */
  readonly agents: readonly Node[] | undefined;
  /** Share of CPU time in use within the last minute. */
  readonly busy: readonly (Node & { readonly ratio: number })[];
  /** Extractors that could not read everything. */
  readonly denied: readonly (Node & { readonly extractor: string })[];
  /** By column that attacks are to move, the nodes with a series of it; a column of which the server does not tell is not there. */
  readonly having: ReadonlyMap<ColumnName, readonly Node[]>;
}

/** What of a scenario the server has to see. */
type Moving = Pick<Scenario, 'name' | 'role' | 'moves'>;

/** Columns that the attacks among some scenarios must move, each with their names. */
function movedBy(scenarios: readonly Moving[]): Map<ColumnName, string[]> {
  const moved = new Map<ColumnName, string[]>();
  for (const { name, role, moves } of scenarios)
    if (role === 'attack')
      for (const column of moves) moved.set(column, [...(moved.get(column) ?? []), name]);
  return moved;
}

/** Busier than this, what is to move the CPU's columns hardly does. */
const BUSY = 0.7;

/**
 * What is wrong with the nodes of a campaign.
 *
 * @param scenarios of the plan
 * @throws {ScenariosError} `plan` when a node is not scraped under its name, and others are
 */
export function checkNodes(
  nodes: readonly Node[],
  { agents, busy, denied, having }: Seen,
  scenarios: readonly Moving[],
): string[] {
  if (agents === undefined || agents.length === 0)
    return [
      'Prometheus has no exporter of Kubevigil: without its samples there are no rows that the ground truth could label',
    ];
  const isSame = (one: Node) => (other: Node) =>
    other.node === one.node &&
    (one.cluster === undefined || other.cluster === undefined || other.cluster === one.cluster);
  const missing = nodes.find((node) => !agents.some(isSame(node)));
  if (missing !== undefined) {
    const names = [...new Set(agents.map(({ node }) => node))];
    const near = nearest(missing.node, names);
    throw new ScenariosError(
      'plan',
      `Prometheus scrapes no exporter as node ${missing.node}: ${near === undefined ? `it has ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`}; give its name by --node-name, or leave --prometheus out`,
    );
  }
  return nodes.flatMap((node) => {
    const ratio = busy.find(isSame(node))?.ratio;
    const extractors = denied.filter(isSame(node)).map(({ extractor }) => extractor);
    const unseen = [...movedBy(scenarios)].filter(
      ([column]) => having.get(column)?.some(isSame(node)) === false,
    );
    const columns = unseen.map(([column, names]) => `${column} (${names.join(', ')})`);
    return [
      ...(ratio !== undefined && ratio > BUSY
        ? [
            `node ${node.node} is busy (${Math.round(100 * ratio)} % of its CPU time): what a scenario moves may not show`,
          ]
        : []),
      ...(extractors.length > 0
        ? [
            `node ${node.node}: extractors that cannot read everything: ${[...new Set(extractors)].sort().join(', ')}; what they measure will be missing`,
          ]
        : []),
      ...(columns.length > 0
        ? [
            `node ${node.node} has no series of columns that attacks are to move: ${columns.join('; ')}: they stay null; of logs a rule has to name the file or the pods`,
          ]
        : []),
    ];
  });
}

const nodeOf = ({ labels }: Sample): Node => ({
  node: labels['node'] ?? '',
  ...(labels['cluster'] !== undefined && { cluster: labels['cluster'] }),
});

/**
 * Asks the server what it has of nodes.
 *
 * @param scenarios of the plan
 */
export async function askAbout(url: string, scenarios: readonly Moving[]): Promise<Seen> {
  const agents = await query(url, 'kubevigil_build_info');
  const busy = await query(
    url,
    '1 - sum by (cluster, node) (rate(kubevigil_cpu_seconds_total{mode="idle"}[1m])) / sum by (cluster, node) (rate(kubevigil_cpu_seconds_total[1m]))',
  );
  const denied = await query(url, 'kubevigil_extractor_success == 0');
  const having = new Map<ColumnName, readonly Node[]>();
  for (const column of movedBy(scenarios).keys()) {
    const found = await query(url, `count by (cluster, node) (${COLUMN_SERIES[column]})`);
    if (found !== undefined) having.set(column, found.map(nodeOf));
  }
  return {
    having,
    agents: agents?.map(nodeOf),
    busy: (busy ?? []).map((sample) => ({ ...nodeOf(sample), ratio: sample.value })),
    denied: (denied ?? []).map((sample) => ({
      ...nodeOf(sample),
      extractor: sample.labels['extractor'] ?? '',
    })),
  };
}
