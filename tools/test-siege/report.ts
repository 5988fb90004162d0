import { table } from '../bench/table.ts';
import { byMinute, flatness, latencies, type Sample } from './figures.ts';
import { FLOODS } from './flood-scripts.ts';
import type { Flood } from './floods.ts';
import type { Tally } from './hostile/connection.ts';
import type { Round } from './rounds.ts';
import type { SiegeFindings } from './siege.ts';

/** What a kind of hostile clients did and what it got. */
export function tallyText(tally: Tally | undefined): string {
  if (tally === undefined) return 'nothing';
  const { opened, ended, answers } = tally;
  const got = Object.entries(answers).map(([status, count]) => `${count} × ${status}`);
  return [`${opened} connections, ${ended} over`, ...got].join(', ');
}

export const tell = (line: string) => void process.stderr.write(`${line}\n`);
const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Prints the table of the rounds; what was wrong. */
export function roundsReport(found: readonly Round[]): string[] {
  say(`\n${table(found.map(({ row }) => row))}\n`);
  return found.flatMap(({ problems }) => problems);
}

function floodRow({ name, wantedRate, done }: Flood) {
  const { count, seconds } = done();
  return {
    flood: `${name}, ${FLOODS[name].unit}`,
    'wanted/s': wantedRate,
    'reached/s': count / seconds,
    'in all': count,
  };
}

function memoryReport(memory: readonly Sample[], { most, refused }: SiegeFindings['cgroup']): string[] {
  const { slope, growth, isFlat } = flatness(memory);
  say(
    `resident MiB, the most of each minute: ${byMinute(memory)
      .map((one) => one.toFixed(0))
      .join(' ')}`,
  );
  const verdict =
    isFlat === undefined
      ? 'too short to tell whether it is flat'
      : `${isFlat ? 'flat' : 'NOT flat'} after minute 5: ${slope.toFixed(3)} MiB a minute (Theil–Sen), ${growth.toFixed(1)} MiB in all, 8 allowed`;
  say(`${verdict}; its cgroup held ${most.toFixed(0)} of 256 MiB at most, refused ${refused} times\n`);
  return isFlat === false ? [`memory grew by ${growth.toFixed(1)} MiB after minute 5`] : [];
}

/** Prints what a siege found; what was wrong. */
export function siegeReport(findings: SiegeFindings): string[] {
  const { clients, memory, cgroup, cpu, accounts, floods, hostile, ownCounters, failing, dead } = findings;
  say(
    `\n${table(clients.map(({ name, scrapes }) => ({ 'admitted client': name, ...latencies(scrapes) })))}\n`,
  );
  say(`${table(accounts.map((account) => ({ ...account })))}\n`);
  const grown = memoryReport(memory, cgroup);
  if (floods.length > 0) say(`${table(floods.map(floodRow))}\n`);
  say(
    `${table(Object.entries(hostile).map(([kind, tally]) => ({ hostile: kind, 'what they did': tallyText(tally) })))}\n`,
  );
  say(
    `CPU of the exporter: ${cpu.used.toFixed(0)} s, and ${cpu.waited.toFixed(0)} s that it waited for one\ndead mount: ${dead}\nextractors that had no success on the last page: ${failing.join(', ') || 'none'}`,
  );
  say(`what the agent says of itself:\n${ownCounters.map((line) => `  ${line}`).join('\n')}\n`);
  const late = clients.flatMap(({ name, scrapes }) => {
    const failures = scrapes.flatMap(({ failure }) => failure ?? []);
    return failures.length === 0
      ? []
      : [
          `${name}: ${failures.length} of ${scrapes.length} scrapes failed: ${[...new Set(failures)].join('; ')}`,
        ];
  });
  return [...late, ...grown, ...findings.problems];
}
