/** What an evaluation comes to, as eval.json has it. */

/** With 95 % confidence. */
export type Interval = readonly [number, number];

/** A share of events that were found. */
export interface Recall {
  readonly events: number;
  readonly found: number;
  /** Null without events. */
  readonly recall: number | null;
  /** By bootstrap over nodes and episodes. */
  readonly interval: Interval | null;
  /** Rows from the first of an event to the alarm, among the found ones: the median. */
  readonly medianDelay: number | null;
}

/** False alarms on nodes in which nothing happened. */
export interface FalseAlarms {
  readonly nodes: number;
  readonly nodeDays: number;
  readonly alarms: number;
  /** Per node and day. */
  readonly rate: number | null;
  /** Of the rate; exact for a Poisson count. */
  readonly interval: Interval | null;
}

/** A way to score rows, compared at the same number of false alarms. */
export interface MethodResult {
  readonly name: string;
  /** The lowest threshold with no more false alarms than the detector had; null when there is no attack-free node, or none suffices. */
  readonly threshold: number | null;
  readonly attacks: Recall | null;
  readonly byClass: Readonly<Record<string, Recall>> | null;
  readonly averagePrecision: number | null;
  readonly vusPr: number | null;
}

interface ClassFigures {
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** How well rows are told by class. */
export interface ClassResult {
  readonly name: string;
  /** Over the classes that have rows. */
  readonly macroF1: number | null;
  readonly byClass: Readonly<Record<string, ClassFigures>>;
}

/** A figure over several seeds. */
export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface Attribution {
  /** Found attacks of a scenario whose expected effects are known. */
  readonly events: number;
  /** Those of which one of the three columns that are named first is expected to move. */
  readonly right: number;
}

export interface Evaluation {
  readonly schemaVersion: 1;
  /** The name of the model's folder. */
  readonly model: string;
  /** Of the model's manifest: of this model and no other. */
  readonly manifestSha256: string;
  readonly detector: string;
  readonly seed: number;
  readonly step: string;
  readonly datasets: readonly {
    readonly rowsDigest: string;
    readonly trainedWith: boolean;
    readonly heldOutRows: number;
  }[];
  /** Nodes with attacks in rows that are held out. */
  readonly attackedNodes: number;
  /** Asked of the calibration, and what it could carry, per node and day. */
  readonly budget: { readonly asked: number; readonly carried: number };
  readonly falseAlarms: FalseAlarms;
  /** The detector as it is calibrated. */
  readonly attacks: Recall;
  readonly byClass: Readonly<Record<string, Recall>>;
  /** Attacks whose expected columns lie 5 robust standard deviations or more from the usual. */
  readonly strong: Recall;
  /** Benign workloads in which an alarm was raised: found is bad. */
  readonly benign: Recall;
  readonly attribution: Attribution;
  /** The detector and each baseline at as many false alarms as the detector had. */
  readonly methods: readonly MethodResult[];
  readonly classes: readonly ClassResult[];
  /** The network's recall less that of each other method, on the same events: mean, and its interval. */
  readonly networkAdvantage: Readonly<Record<string, { readonly mean: number; readonly interval: Interval }>>;
  /** Rows of attacks that do not arrive, by share. */
  readonly telemetryLost: Readonly<Record<string, Recall>>;
  /** What follows needs the datasets that the model was trained with; null without them. */
  readonly relearned: {
    readonly seeds: readonly number[];
    readonly bySeed: Readonly<
      Record<string, { readonly macroF1: Spread; readonly attackRecall: Spread | null }>
    >;
    readonly controls: {
      /** Of trees that learned from labels in random order; near that of guessing. */
      readonly shuffledLabels: number;
      /** Of one that names every row normal. */
      readonly guessing: number;
      /** Of trees that learned from half of the held-out rows, by rows at random: inflated, as neighbours are alike. */
      readonly randomSplit: number;
      /** Of trees on values that are held against the fleet's and not the node's own past. */
      readonly globalNormaliser: number;
      /** Of the trees as they are. */
      readonly honest: number;
    };
    /** Each attack's events, scored by trees that never saw it, at as many false alarms. */
    readonly leftOut: Readonly<Record<string, Recall>>;
  } | null;
}
