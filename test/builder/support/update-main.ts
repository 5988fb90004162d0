/** A process that updates a dataset when it is told to, for somebody who kills it meanwhile. */
import { once } from 'node:events';
import { make } from './make.ts';

process.send?.('ready');
const [options] = (await once(process, 'message')) as [Parameters<typeof make>[1]];
await make('update', options);
process.disconnect();
