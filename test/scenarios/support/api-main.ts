/**
 * An API server that knows some pods, for an exporter in the same network namespace. Writes its kubeconfig and prints where it
 * is; ends with its standard input.
 *
 *     node api-main.js <folder> <pods as JSON>
 */
import { once } from 'node:events';
import { ApiServer } from '../../support/api-server.ts';

const [folder = '', pods = '[]'] = process.argv.slice(2);
const server = new ApiServer();
await server.start();
for (const pod of JSON.parse(pods)) server.put(pod);
process.stdout.write(`${server.writeKubeconfig(folder)}\n`);
await once(process.stdin.resume(), 'end');
await server.stop();
