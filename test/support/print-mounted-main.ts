/** Prints /proc/version as it is, with a file mounted over it, and without again: to be run in a mount namespace of its own. */
import { execFileSync } from 'node:child_process';
import { KeptFiles } from '../../exporter/kernel/kept-files.ts';
import { KernelTexts } from '../../exporter/kernel/kernel-texts.ts';

const VERSION = '/proc/version';
const texts = new KernelTexts('/proc', new KeptFiles('/proc'));

function print(): void {
  texts.beginPass();
  process.stdout.write(texts.text(VERSION, VERSION));
}

print();
execFileSync('mount', ['--bind', process.argv[2] ?? '', VERSION]);
print();
execFileSync('umount', [VERSION]);
print();
