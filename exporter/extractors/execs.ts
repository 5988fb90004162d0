import { execsMetrics } from '../catalogue/execs.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { ArgumentReader } from '../events/argument-reader.ts';
import { ExecCounter } from '../events/exec-counter.ts';
import { noteExec } from '../events/exec-evidence.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import type { Unseen } from '../kernel/unseen.ts';
import { containerLabels } from '../owners/attribution.ts';
import type { NodeView } from '../owners/node-view.ts';
import { presentContainers } from '../owners/present.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extraction, Extractor } from '../scrape/extractor.ts';
import { isLoader, pathByLoader } from '../trace/paths/loader.ts';

interface State {
  readonly events: ProcessEvents;
  readonly rules: RuleBook;
  readonly counter: ExecCounter;
  readonly unseen: Unseen;
  readonly reader: ArgumentReader;
}

function coverage(events: ProcessEvents): Sample[] {
  const { execs, lost, unattributed, startsObserved } = events.stats();
  return [
    sample(execsMetrics.events, execs),
    ...(lost === undefined ? [] : [sample(execsMetrics.lost, lost)]),
    sample(execsMetrics.unattributed, unattributed),
    sample(execsMetrics.startsObserved, startsObserved),
  ];
}

function counted(host: NodeView, { events, rules, counter }: State): Extraction {
  const matches = counter.samples(rules.current, presentContainers(host));
  return { samples: [...matches, ...coverage(events)], errors: events.takeErrors('exec') };
}

/**
 * Programs started that match an exec rule, and how much of all starts was seen.
 *
 * Source: the tracepoint sched:sched_process_exec in a tracefs instance of the agent's own (Linux 4.10 or newer, where
 * cgroup:cgroup_attach_task is); without it /proc is polled each second, and the observed starts tell the coverage.
 */
export const execs: Extractor<State> = {
  name: 'execs',
  metrics: execsMetrics,
  open({ rules, unseen, guard, evidence, paths: { procfs }, ...services }) {
    const events = services.events();
    const reader = new ArgumentReader(procfs, guard);
    const tools = { evidence, procfs, reader };
    unseen.expect('path_unresolved');
    const counter = new ExecCounter();
    events.on('exec', (exec, where) => {
      const { absolutePath, presumedPath, path, pid } = exec;
      const best = absolutePath ?? presumedPath ?? path;
      if (best === undefined) return;
      if (absolutePath === undefined) unseen.note('path_unresolved');
      const located = where && {
        cgroup: where.cgroup,
        owner: containerLabels(where.place, events.names),
        inContainer: where.place?.containerId !== undefined,
      };
      const byLoader = isLoader(best);
      if (!byLoader && !rules.current.needsArguments) {
        counter.add(rules.current, { path: best }, located, noteExec(tools, exec, best, false));
        return;
      }
      reader.read(pid, best, (args) => {
        if (args === undefined) unseen.note(byLoader ? 'path_unresolved' : 'arguments_gone');
        const program = byLoader && args !== undefined ? pathByLoader(procfs, pid, args) : undefined;
        counter.add(
          rules.current,
          { path: program ?? best, args },
          located,
          noteExec(tools, exec, best, true),
        );
      });
    });
    return { events, rules, counter, unseen, reader };
  },
  extract(host, state) {
    const { events, rules, unseen, reader } = state;
    if (rules.current.needsArguments) unseen.expect('arguments_gone');
    events.pump();
    // Whoever waits for his arguments is counted in this scrape.
    return reader.settled?.then(() => counted(host, state)) ?? counted(host, state);
  },
};
