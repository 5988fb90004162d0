/** A metric that another program of the project tells of its work; the exporter's own are in METRICS. */
export type ProgramMetric<Label extends string = string> = {
  readonly help: string;
  readonly labels: readonly Label[];
} & (
  | { readonly type: 'counter'; readonly name: `kubevigil_${string}_total` }
  | { readonly type: 'gauge'; readonly name: `kubevigil_${string}` }
);

/** The metrics of one program, by a short name of their own. */
export type ProgramMetrics = Readonly<Record<string, ProgramMetric>>;
