import { BuilderError } from '../../common/errors.ts';
import { tablesOfDay } from '../../dataset/folder/dataset-rows.ts';
import { joinRows, readBack } from '../../dataset/folder/read-back.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import type { ColumnUnit } from '../../dataset/formats/format.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { dataFile } from '../../dataset/model/file-names.ts';
import { infiniteIn } from '../../dataset/model/infinite.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import type { NodeRows, Partition } from '../../dataset/model/rows.ts';
import { type Table, tableColumns, tableOf } from '../../dataset/model/table.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import type { Plan } from '../plan/model.ts';
import { RowTexts } from '../pseudonyms/hidden-names.ts';
import type { Day } from '../stages/days.ts';
import { type LabelsAndSplits, labelsAndSplits } from '../stages/label-and-split.ts';
import { NodeFacts, readNodeFacts } from '../stages/node-facts.ts';
import { rowsOf } from '../stages/rows.ts';
import type { Inputs } from './inputs.ts';
import type { Task } from './task.ts';

function columnUnits({ columns, config }: Plan): ColumnUnit[] {
  const units = new Map(columns.map(({ column }) => [column.name, column.unit]));
  return tableColumns([...units.keys()], config.entity).map((column) => {
    const unit = units.get(column.name);
    return unit === undefined ? column : { ...column, unit };
  });
}

/** Whether a file holds rows of one part of the split alone. A dataset goes on in the files in which it was begun. */
const isOfSplit = ({ path }: ManifestFile) => dataFile(path)?.split !== undefined;

/** Makes the days of a dataset, one after the other, and keeps account of their rows. */
export class DayMaker {
  readonly labels: LabelsAndSplits;
  readonly accounts: Accounts;
  readonly facts: NodeFacts;
  /** Why facts of this run are missing, the first time; undefined when none is. */
  factsLost: string | undefined;
  /** The texts that stand in the rows. */
  readonly texts = new RowTexts();
  readonly writer: DatasetWriter;
  readonly #task: Task;
  readonly #inputs: Inputs;

  constructor(task: Task, inputs: Inputs) {
    const { config, change, places, earlier } = task;
    const format = FORMATS[config.format];
    const how = { escapesFormulas: config.csvEscapeFormulas };
    this.#task = task;
    this.#inputs = inputs;
    this.labels = labelsAndSplits(inputs.plan, inputs.labels, inputs.nowMs);
    this.accounts = new Accounts(inputs.plan.stepMs);
    this.facts = new NodeFacts(config);
    if (earlier !== undefined) this.facts.join(earlier);
    this.writer = new DatasetWriter({
      ...{ change, places, format, columns: columnUnits(inputs.plan), how },
      bySplit: earlier === undefined ? config.files === 'split' : earlier.files.every(isOfSplit),
    });
  }

  /** Leaves the day's file as it is when nothing about it changes, else writes the day anew. */
  async make(day: Day): Promise<void> {
    const digest = this.labels.digest(day);
    const { earlier } = this.#task;
    const isThere = day.there.length > 0 && day.fresh === undefined;
    if (earlier !== undefined && isThere) {
      const isLabelled = day.there.every(({ labelDigest }) => labelDigest === digest);
      if (isLabelled || !this.labels.canRelabel(day)) return this.#keep(day.there, earlier);
    }
    await this.#write(day, digest);
  }

  async #keep(files: readonly ManifestFile[], earlier: Manifest): Promise<void> {
    for await (const table of tablesOfDay(this.#task.storage, files, earlier)) {
      this.#account(table);
      this.labels.meetTable(table);
    }
    for (const file of files) this.writer.keep(file);
  }

  async #write(day: Day, digest: string): Promise<void> {
    const { storage, earlier } = this.#task;
    const { plan, source } = this.#inputs;
    const before = earlier === undefined ? [] : await readBack(storage, day.there, earlier);
    const fresh = day.fresh ? await rowsOf(source, plan, day.fresh) : [];
    if (day.fresh) await this.#addFacts(day.fresh);
    const infinite = infiniteIn(plan.columns, fresh, earlier === undefined ? [] : day.there);
    const rows = joinRows(before, fresh);
    this.labels.meet(rows);
    await this.writer.partition(day.date, this.#tablesOf(rows), digest, infinite);
  }

  /** Rows are right without what agents tell of themselves: a server that does not give it is warned of, and fails nothing. */
  async #addFacts(fresh: Partition): Promise<void> {
    const { plan, source } = this.#inputs;
    try {
      this.facts.add(await readNodeFacts(source, plan, fresh));
    } catch (error) {
      if (!(error instanceof BuilderError) || error.code === 'interrupted') throw error;
      this.factsLost ??= error.message;
      this.facts.lose(fresh);
    }
  }

  /** The tables of the rows, which are taken from the list one after the other: what is written need not be held. */
  *#tablesOf(rows: NodeRows[]): Generator<Table> {
    for (let node = rows.shift(); node !== undefined; node = rows.shift()) {
      const table = tableOf(this.labels.apply(node), this.#inputs.plan.columns);
      this.#account(table);
      yield table;
    }
  }

  #account(table: Table): void {
    this.accounts.add(table);
    this.texts.add(table);
    this.#inputs.evidence?.join.meet(table);
  }
}
