/** Prints what the filesystem extractor finds, as JSON: to be run in a mount namespace of its own. */
import { filesystem } from '../../exporter/extractors/filesystem.ts';
import { HangGuard } from '../../exporter/kernel/hang-guard.ts';
import { NodeViews } from '../../exporter/owners/node-view.ts';

const [folder = '', rootfs = '/'] = process.argv.slice(2);
const host = new NodeViews({ procfs: '/proc', sysfs: '/sys', rootfs }).open();
const result = await filesystem.extract(host, new HangGuard());
const { samples, errors } = 'samples' in result ? result : { samples: result, errors: [] };
const here = (path: string) => path.startsWith(folder);
const mounts = samples
  .filter(({ labels }) => here(labels['mountpoint'] ?? '') && labels['resource'] === 'bytes')
  .map(({ labels, value }) => [labels['mountpoint']?.slice(folder.length), Math.round(100 * value)]);
const failed = errors.filter(({ path }) => here(path));
process.stdout.write(
  JSON.stringify({
    mounts: Object.fromEntries(mounts),
    errors: failed.map(({ code, message }) => `${code} ${message.replaceAll(folder, '')}`),
  }),
);
