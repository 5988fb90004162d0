import { joinRows, readBack, tablesOfFile } from '../../dataset/folder/read-rows.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import type { ColumnUnit } from '../../dataset/formats/format.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { infiniteIn } from '../../dataset/model/infinite.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import type { NodeRows } from '../../dataset/model/rows.ts';
import { type Table, tableColumns, tableOf } from '../../dataset/model/table.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import type { Plan } from '../plan/model.ts';
import { RowTexts } from '../pseudonyms/hidden-names.ts';
import type { Day } from '../stages/days.ts';
import { type LabelsAndSplits, labelsAndSplits } from '../stages/label-and-split.ts';
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

/** Makes the days of a dataset, one after the other, and keeps account of their rows. */
export class DayMaker {
  readonly labels: LabelsAndSplits;
  readonly accounts: Accounts;
  /** The texts that stand in the rows. */
  readonly texts = new RowTexts();
  readonly writer: DatasetWriter;
  readonly #task: Task;
  readonly #inputs: Inputs;

  constructor(task: Task, inputs: Inputs) {
    const { config, change, places } = task;
    const format = FORMATS[config.format];
    const how = { escapesFormulas: config.csvEscapeFormulas };
    this.#task = task;
    this.#inputs = inputs;
    this.labels = labelsAndSplits(inputs.plan, inputs.labels, inputs.nowMs);
    this.accounts = new Accounts(inputs.plan.stepMs);
    this.writer = new DatasetWriter({ change, places, format, columns: columnUnits(inputs.plan), how });
  }

  /** Leaves the day's file as it is when nothing about it changes, else writes the day anew. */
  async make(day: Day): Promise<void> {
    const digest = this.labels.digest(day);
    const { earlier } = this.#task;
    if (earlier !== undefined && day.there !== undefined && day.fresh === undefined) {
      if (day.there.labelDigest === digest || !this.labels.canRelabel(day)) {
        return this.#keep(day.there, earlier);
      }
    }
    await this.#write(day, digest);
  }

  async #keep(file: ManifestFile, earlier: Manifest): Promise<void> {
    for await (const table of tablesOfFile(this.#task.storage, file, earlier)) {
      this.#account(table);
      this.labels.meetTable(table);
    }
    this.writer.keep(file);
  }

  async #write(day: Day, digest: string): Promise<void> {
    const { storage, earlier } = this.#task;
    const { plan, source } = this.#inputs;
    const before = earlier && day.there ? await readBack(storage, day.there, earlier) : [];
    const fresh = day.fresh ? await rowsOf(source, plan, day.fresh) : [];
    const infinite = infiniteIn(plan.columns, fresh, earlier && day.there?.infinite);
    const rows = joinRows(before, fresh);
    this.labels.meet(rows);
    await this.writer.partition(day.date, this.#tablesOf(rows), digest, infinite);
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
