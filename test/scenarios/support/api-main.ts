/**
 * An API server for an exporter in the same network namespace. Writes its kubeconfig and prints where it is; then each line of standard
 * input is an order, `{put: pod}` or `{delete: uid}`, answered by `ok`. It ends with its input.
 *
 *     node api-main.js <folder>
 */
import { createInterface } from 'node:readline';
import { ApiServer } from '../../support/api-server.ts';

const [folder = ''] = process.argv.slice(2);
const server = new ApiServer();
await server.start();
const say = (line: string) => process.stdout.write(`${line}\n`);
say(server.writeKubeconfig(folder));
for await (const line of createInterface(process.stdin)) {
  const order = JSON.parse(line);
  if ('put' in order) server.put(order.put);
  else server.delete(order.delete);
  say('ok');
}
await server.stop();
