/** What an alert is, as data: the rules file, the runbooks and the promtool tests are made of it. */

/** Series as promtool writes them: `'kubevigil_forks_total{node="a"}': '0+3000x80'`, one value every 15 s. */
export type InputSeries = Readonly<Record<string, string>>;

interface Case {
  /** What the case is about, for whoever reads the promtool test. */
  readonly when: string;
  readonly input: InputSeries;
  /** How long after the first sample the alerts are looked at, a Prometheus duration. */
  readonly at: string;
}

/** What must have been said by then; written out by hand, so that templates are tested too. */
interface FiringCase extends Case {
  /** The labels that the expression leaves, beside those that the rule adds. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * A counter that is born while it is watched, with all that alerts in its first value: promtool cases of a birth, of an
 * exporter that restarts or is away, and of an owner that is gone are made of it.
 */
export interface BornCase {
  /** With the labels of `fires.labels`. */
  readonly series: string;
  /** The value that alerts. */
  readonly least: number;
  /** What is said then, by hand as in `fires`. */
  readonly summary: string;
  /** Series that are 1 all the time. */
  readonly rules?: readonly string[];
}

/** A MITRE ATT&CK technique. */
type Technique = `T${number}` | `T${number}.${number}`;

export interface Alert {
  /** `Kubevigil…`, so that one matcher finds all. */
  readonly name: string;
  readonly expr: string;
  /** How long the expression must hold, and why no shorter. */
  readonly for: { readonly duration: string; readonly why: string };
  /** `rule`: the expression brings the labels `severity` and `mitre` of the rule that matched. */
  readonly severity: 'critical' | 'warning' | 'info' | 'rule';
  /** Attacks have one, unless the severity is the rule's. */
  readonly technique?: Technique;
  /** One line with the place and the value, a template of Prometheus. */
  readonly summary: string;
  /** What it means, in a sentence or two. */
  readonly meaning: string;
  /** Why the threshold is where it is. */
  readonly threshold: string;
  /** What to look at, in order. */
  readonly look: readonly string[];
  /** What also does this and is no attack. */
  readonly harmless: readonly string[];
  readonly fires: FiringCase;
  /** A near miss, with the same series. */
  readonly quiet: Case;
  /** Every alert has it that counts what the agent counts. */
  readonly born?: BornCase;
}

/** Alerts of a kind, in one group of rules. */
export interface AlertGroup {
  readonly name: string;
  readonly title: string;
  readonly alerts: readonly Alert[];
}
