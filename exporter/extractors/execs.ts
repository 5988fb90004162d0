import { execsMetrics } from '../catalogue/execs.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { Place } from '../cgroups/place.ts';
import { ArgumentReader } from '../events/argument-reader.ts';
import { ExecCounter, type OnExec } from '../events/exec-counter.ts';
import { noteExec } from '../events/exec-evidence.ts';
import type { Exec, ExecFacts, ExecWhereabouts, ProcessSources } from '../events/exec-facts.ts';
import type { Location, ProcessEvents } from '../events/process-events.ts';
import type { Unseen } from '../kernel/unseen.ts';
import { containerLabels } from '../owners/attribution.ts';
import type { NodeView } from '../owners/node-view.ts';
import { presentContainers } from '../owners/present.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extraction, Extractor } from '../scrape/extractor.ts';
import { processNow } from '../trace/descent/process-now.ts';
import { executableOf } from '../trace/paths/exec-path.ts';
import { isLoader, pathByLoader } from '../trace/paths/loader.ts';

interface State {
  readonly events: ProcessEvents;
  readonly rules: RuleBook;
  readonly counter: ExecCounter;
  readonly unseen: Unseen;
  /** Execs that are counted when more is known of them. */
  readonly waiting: Set<Promise<void>>;
}

/** Where execs were, with who knows more of their containers. */
class Whereabouts {
  readonly #events: ProcessEvents;
  /** One for each place, from which thousands of execs come. */
  readonly #specified = new WeakMap<Location, NonNullable<ExecWhereabouts['specified']>>();

  constructor(events: ProcessEvents) {
    this.#events = events;
  }

  of(location: Location): ExecWhereabouts {
    const { cgroup, place } = location;
    const owner = containerLabels(place, this.#events.names);
    if (place?.containerId === undefined) return { cgroup, owner, inContainer: false };
    return { cgroup, owner, inContainer: true, specified: this.#specifiedAt(location, place) };
  }

  #specifiedAt(location: Location, { podUid, containerId = '' }: Place) {
    const known = this.#specified.get(location);
    if (known !== undefined) return known;
    const { names } = this.#events;
    const specified = {
      image: () => names.image(containerId),
      declared: () => names.declared(podUid, containerId),
    };
    this.#specified.set(location, specified);
    return specified;
  }
}

function sourcesOf(procfs: string, reader: ArgumentReader, events: ProcessEvents): ProcessSources {
  return {
    now: (pid, path, timeNs) => processNow(procfs, pid, path, timeNs),
    executableOf: (pid) => executableOf(procfs, pid),
    launchOf: (injection) => events.launchOf(injection),
    argumentsOf: (pid, path) => new Promise((take) => reader.read(pid, path, take)),
  };
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
    unseen.expect('path_unresolved');
    const counter = new ExecCounter(sourcesOf(procfs, reader, events));
    const whereabouts = new Whereabouts(events);
    const waiting = new Set<Promise<void>>();
    const wait = (promise: Promise<void>) => {
      waiting.add(promise);
      void promise.finally(() => waiting.delete(promise));
    };
    const note = ({ lacksArguments }: ExecFacts) => {
      if (lacksArguments) unseen.note('arguments_gone');
    };
    const add = (exec: Exec, where: ExecWhereabouts | undefined, onMatch: OnExec) =>
      counter.add(rules.current, exec, where, onMatch)?.then(note);
    const addByLoader = async (
      exec: Exec & { readonly pid: number },
      where: ExecWhereabouts | undefined,
      onMatch: OnExec,
    ) => {
      const { pid, path } = exec;
      const args = await new Promise<readonly string[] | undefined>((take) => reader.read(pid, path, take));
      if (args === undefined) unseen.note('path_unresolved');
      await add({ ...exec, path: (args && pathByLoader(procfs, pid, args)) ?? path, args }, where, onMatch);
    };
    events.on('exec', (event, where) => {
      const { absolutePath, presumedPath, path: given, pid, timeNs, program, parent, maker } = event;
      const path = absolutePath ?? presumedPath ?? given;
      if (path === undefined) return;
      if (absolutePath === undefined) unseen.note('path_unresolved');
      const exec = { path, pid, timeNs, program, parent, maker };
      const at = where && whereabouts.of(where);
      const onMatch = noteExec(evidence, event);
      const later = isLoader(path) ? addByLoader(exec, at, onMatch) : add(exec, at, onMatch);
      if (later !== undefined) wait(later);
    });
    return { events, rules, counter, unseen, waiting };
  },
  extract(host, state) {
    const { events, rules, unseen, waiting } = state;
    if (rules.current.needsArguments) unseen.expect('arguments_gone');
    events.pump();
    // Whoever waits is counted in this scrape.
    if (waiting.size === 0) return counted(host, state);
    return Promise.all(waiting).then(() => counted(host, state));
  },
};
