/**
 * The layers of the house, stated here and nowhere else: `test/tools/architecture/layers.test.ts` fails on an import against them, and
 * `npm run generate` draws them into docs/development/architecture.md.
 *
 * A room is a folder. It may import the rooms of the layers below its own, and what its house names under `uses`.
 */

/** A folder of a program, with all that lies in it. */
export interface Room {
  /** Name of the folder within its house. */
  readonly name: string;
  /** One sentence: what a reader finds in there. */
  readonly holds: string;
}

/** A program, or a part that programs share. */
export interface House {
  /** Its folder. */
  readonly name: string;
  readonly holds: string;
  /** Other houses (`common`), or rooms of them (`exporter/catalogue`), that any of its rooms may import. */
  readonly uses: readonly string[];
  /** The lowest first. Rooms of one layer do not import each other. */
  readonly layers: readonly (readonly Room[])[];
}

/** The room of the files that lie in the house's own folder, such as `main.ts`. */
export const DOOR = '.';

const room = (name: string, holds: string): Room => ({ name, holds });

export const HOUSES: readonly House[] = [
  {
    name: 'common',
    holds: 'What several programs need.',
    uses: [],
    layers: [
      [room(DOOR, 'Errors and exit codes, flags, logs, durations, progress, statistics.')],
      [
        room(
          'web',
          "Listening with exporter-toolkit's configuration, which lies in config: TLS, users, limits.",
        ),
        room('stream', 'Records over HTTP: the newest held, readers that come again, slow ones dropped.'),
      ],
      [room('follow', "Reading a server's lines, through lost connections.")],
    ],
  },
  {
    name: 'exporter',
    holds: 'The agent on every node.',
    uses: ['common'],
    layers: [
      [room('base', 'Errors of sources, lines and fields of tables, addresses, device numbers.')],
      [
        room('parsers', "Pure functions from the kernel's texts to numbers."),
        room('catalogue', 'What is measured, as data: metrics, labels, columns, fields of events.'),
      ],
      [room('kernel', 'Reading procfs, sysfs and cgroupfs cheaply, and without hanging.')],
      [room('host', "The host's files as one view, its mounts and its uplinks.")],
      [room('cgroups', 'The one model of control groups: membership, hierarchies, containers, figures.')],
      [room('processes', 'The table of processes, what is suspicious about them, their cgroups.')],
      [
        room(
          'owners',
          'Whose share something is: names and labels of pods and containers; a view of the node.',
        ),
      ],
      [
        room('rules', 'Rules: read, checked, compiled from CEL, kept up to date.'),
        room('counters', 'Counters that outlive what they count.'),
        room('netns', 'Network namespaces, their socket tables and connections.'),
      ],
      [room('evidence', 'A record of each match: made, bounded, without secrets, and its ways out.')],
      [
        room('files', "Watched files of the host, reached without following a pod's links."),
        room('kubernetes', "The API server, and the watch of this node's pods."),
      ],
      [room('logs', 'Log files, container logs and the journal, as lines.')],
      [room('trace', 'Events of processes: from the ring buffers of the kernel, or by polling /proc.')],
      [room('events', 'What happened, handed to those who count it, and matched against the rules.')],
      [room('scrape', 'What an extractor is, running all of them in time, the cap of series.')],
      [room('extractors', 'One file a group of metrics: reads sources, returns samples.')],
      [room('authorization', 'Who may read the page, as the API server decides.')],
      [
        room('web', 'The page in its two formats, records of matches, and the server.'),
        room('viewer', 'Records of matches for people: read from agents, in columns.'),
      ],
      [room('program', 'The command line, and everything put together.')],
      [room(DOOR, 'The entry point.')],
    ],
  },
  {
    name: 'dataset',
    holds: 'What a dataset is, whoever writes it.',
    uses: ['common', 'exporter/catalogue'],
    layers: [
      [
        room('files', 'Input and output files that are opened with care.'),
        room('model', 'Tables, text columns, entities, the manifest, names of files.'),
        room('episodes', 'The contract of ground truth: columns, metric names, retention, key.'),
        room('evidence', "A record of a match of the exporter's rules, as far as it is believed."),
      ],
      [room('summary', 'What a manifest tells of the rows: counts, moments, gaps, areas under the curve.')],
      [room('formats', 'CSV and Parquet: an object and a folder for each.')],
      [room('metadata', 'The dataset card and Croissant.')],
      [room('storage', 'A folder or a bucket, and a change that one run alone makes.')],
      [room('folder', 'Reading and writing a dataset where it is stored.')],
    ],
  },
  {
    name: 'learning',
    holds: "What the builder's baselines and the detector share: rows by node, models, measures.",
    uses: ['common', 'dataset'],
    layers: [
      [room('base', 'Matrices of numbers.'), room('table', 'The rows of datasets, node by node.')],
      [
        room('models', 'Boosted trees and logistic regression, and what learning takes.'),
        room('measures', 'Held-out rows and episodes, alarms, and how well scores order rows.'),
        room('foreign', 'CSV and Parquet files of others, once it is declared what their columns are.'),
      ],
    ],
  },
  {
    name: 'builder',
    holds: 'The job that makes datasets and streams of what Prometheus has.',
    uses: ['common', 'dataset', 'learning', 'exporter/catalogue'],
    layers: [
      [
        room('samples', 'Samples of series in memory.'),
        room('names', 'Pseudonyms by a key, and names found in texts.'),
      ],
      [room('promql', 'PromQL as a tree: matchers, durations, how far an expression reaches.')],
      [room('label-sources', 'Where labels come from: an object and a file for each kind.')],
      [room('config', 'The configuration file and the flags over it.')],
      [room('prometheus', 'Asking servers over HTTP: JSON, remote read, which server it is.')],
      [
        room('sources', 'Samples by remote read, range selectors or range queries.'),
        room('pseudonyms', 'Which names a configuration hides, and where they would show.'),
      ],
      [room('labels', 'Labels of rows: sources merged by precedence, episodes by node.')],
      [
        room('splits', 'Which rows are for training, validation and test.'),
        room('evidence', 'Events beside the rows: read, joined, verified.'),
      ],
      [room('plan', 'What a run is to do: the window, the columns, the series that they need.')],
      [room('stages', 'The stages of a build, one a file: fetch, align, label, split, manifest.')],
      [
        room('run', 'A build as a table of contents of its stages.'),
        room('stream', 'Rows as they close, over HTTP.'),
        room('report', 'A dataset as a page for people.'),
      ],
      [room('benchmark', "What models are worth on a dataset: baselines, others' scores, the leaderboard.")],
      [
        room(
          'commands',
          'build, update, merge, join, relabel, verify, report, stream, baseline, score, hide-labels.',
        ),
      ],
      [room(DOOR, 'The entry point.')],
      [room('examples', 'A client of the stream.')],
    ],
  },
  {
    name: 'detector',
    holds: 'Models of what attacks look like, learned from datasets.',
    uses: ['common', 'dataset', 'learning', 'exporter/catalogue'],
    layers: [
      [room('base', 'Its errors.')],
      [
        room(
          'features',
          "What models see of a node: distances from its own past, in the fleet's scale, in windows.",
        ),
        room('models', 'Networks, autoencoder, principal components, isolation forest.'),
      ],
      [
        room('samples', 'Which rows are for what, and their features.'),
        room('onnx', 'Models as ONNX, written and run.'),
      ],
      [room('calibration', 'From scores to p-values, and to alarms within a budget.')],
      [room('candidate', "A model's folder: written whole, read with care, tested when it is opened.")],
      [
        room('training', 'Everything put together to a candidate.'),
        room('explanation', 'Why a row is an alarm: its score if some columns were usual.'),
      ],
      [
        room(
          'evaluation',
          'What a model is worth on rows that it has never seen, beside baselines and controls.',
        ),
      ],
      [
        room('promotion', 'Whether a model may raise alarms, and which of its models decides.'),
        room('stream', 'Rows of a stream as they come, none of which is believed before it is looked at.'),
        room('evidence', 'Records of matches beside the rows: held for a while, and found for an alarm.'),
      ],
      [room('watch', 'Nodes as they are watched: their states, scores and alarms.')],
      [room('console', 'What people see: nodes, alarms, what made them, and verdicts.')],
      [room('serve', 'Reading a stream, scoring each step, metrics and pages over HTTP.')],
      [room('commands', 'train, evaluate, promote, score and serve.')],
      [room(DOOR, 'The entry point.')],
    ],
  },
  {
    name: 'scenarios',
    holds: 'Anomalies on demand, with their ground truth.',
    uses: ['common', 'dataset/episodes'],
    layers: [
      [room('victim', 'The service that suffers, its weak pages, and its ordinary use.')],
      [room('scenario', 'What a scenario is, its limits and targets, and starting its worker processes.')],
      [
        room('workers', 'The processes that do the work; each undoes what it did.'),
        room('ground-truth', 'When what was on: the file of episodes and the metrics.'),
      ],
      [
        room('attacks', 'One file an attack.'),
        room('benign', 'One file a benign workload that looks like an attack.'),
        room('runner', 'Running a scenario, with its ground truth.'),
      ],
      [room('registry', 'All scenarios; generated.')],
      [room('serve', 'The service that is asked for scenarios over HTTP.')],
      [room('campaign', 'Plans: many scenarios over time, here or at services.')],
      [room('program', 'The command line.')],
      [room(DOOR, 'The entry point.')],
    ],
  },
];

/** An import that may stay for now, against the layers. */
export interface Exception {
  readonly from: string;
  readonly to: string;
  /** What has to happen before it goes. */
  readonly until: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
