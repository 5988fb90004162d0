import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedFormat, recordedLayout } from './fixtures.ts';
import { head, page, words } from './pages.ts';

const PAGE_BYTES = recordedLayout().pageBytes;

type FakeEvent = 'task/task_newtask' | 'cgroup/cgroup_attach_task' | 'sched/sched_process_exec';

/** A record of an event as recorded kernels lay it out, with these values in its integers and `text` as its only string. */
export function record(event: FakeEvent, values: Readonly<Record<string, number>>, text = ''): Buffer {
  const { id, fields } = recordedFormat(event);
  const end = Math.max(...[...fields.values()].map(({ offset, size }) => offset + size));
  const start = Math.ceil(end / 4) * 4;
  const bytes = Buffer.alloc(start + Math.ceil((text.length + 1) / 4) * 4);
  bytes.writeUInt16LE(id);
  bytes.write(text, start, 'latin1');
  for (const { offset, kind } of fields.values()) {
    if (kind === 'data_loc') bytes.writeUInt32LE(((text.length + 1) << 16) | start, offset);
  }
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name);
    if (field === undefined) throw new Error(`${event} has no ${name}`);
    if (field.size === 8) bytes.writeBigUInt64LE(BigInt(value), field.offset);
    else bytes.writeInt32LE(value, field.offset);
  }
  return bytes;
}

/** A folder in which CPUs come online and fill their buffers, in the place of a tracefs instance and of sysfs. */
export class FakeInstance {
  readonly path: string;
  readonly sysfs: string;
  off: string[] = [];

  constructor(folder: string, possibleCpus: number) {
    this.path = join(folder, 'instance');
    this.sysfs = join(folder, 'sys');
    mkdirSync(join(this.sysfs, 'devices/system/cpu'), { recursive: true });
    for (let cpu = 0; cpu < possibleCpus; cpu += 1) {
      mkdirSync(join(this.path, `per_cpu/cpu${cpu}`), { recursive: true });
      writeFileSync(join(this.path, `per_cpu/cpu${cpu}/trace_pipe_raw`), '');
      writeFileSync(join(this.path, `per_cpu/cpu${cpu}/stats`), 'overrun: 0\n');
    }
  }

  /** @param list as sysfs shows it, such as `0-2` */
  online(list: string): void {
    writeFileSync(join(this.sysfs, 'devices/system/cpu/online'), `${list}\n`);
  }

  /** The CPU records something at `timeNs`. */
  write(cpu: number, timeNs: number, bytes: Buffer): void {
    const one = page(BigInt(timeNs), [head(0, 0), words(bytes.length + 4), bytes]);
    appendFileSync(
      join(this.path, `per_cpu/cpu${cpu}/trace_pipe_raw`),
      Buffer.concat([one, Buffer.alloc(PAGE_BYTES - one.length)]),
    );
  }

  readonly layout = recordedLayout;
  readonly format = recordedFormat;
  enable(): void {}
  close(): void {}
  restore(): string[] {
    return this.off.splice(0);
  }
}
