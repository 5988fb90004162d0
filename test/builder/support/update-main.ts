/** A process that updates datasets at once when it is told to, for somebody who kills it meanwhile. */
import { once } from 'node:events';
import { make } from './make.ts';

process.send?.('ready');
const [all] = (await once(process, 'message')) as [readonly Parameters<typeof make>[1][]];
const each = all.map(async (options) => {
  await make('update', options);
  process.send?.(options.output);
});
await Promise.all(each);
process.disconnect();
