import { createHash } from 'node:crypto';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { type S3Server, type S3ServerOptions, startS3 } from '../../support/s3-server.ts';

/** Call it inside `describe`: a store whose address and keys are in this process' environment while tests run. */
export function s3ForTests(options: S3ServerOptions = {}): () => S3Server {
  let server: S3Server | undefined;
  const saved = new Map<string, string | undefined>();
  before(async () => {
    server = await startS3(options);
    for (const [name, value] of Object.entries(server.env)) {
      saved.set(name, process.env[name]);
      process.env[name] = value;
    }
  });
  after(async () => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await server?.close();
  });
  return () => {
    if (server === undefined) throw new Error('the store is not there yet');
    return server;
  };
}

/** The objects below a prefix with their bytes. */
export function objectsBelow({ objects }: S3Server, prefix: string): Record<string, string> {
  return Object.fromEntries(
    [...objects]
      .filter(([key]) => key.startsWith(`${prefix}/`))
      .map(([key, { bytes }]) => [key.slice(prefix.length + 1), bytes.toString('latin1')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What a reader who follows the manifest would find wrong at this moment. */
export function wrongInSnapshot(store: S3Server, prefix: string): string[] {
  const manifest = store.objects.get(`${prefix}/manifest.json`);
  if (manifest === undefined) return [];
  const { files } = JSON.parse(manifest.bytes.toString()) as Manifest;
  return files.flatMap(({ path, sha256 }) => {
    const found = store.objects.get(`${prefix}/${path}`);
    if (found === undefined) return [`${path} is missing`];
    const digest = createHash('sha256').update(found.bytes).digest('hex');
    return digest === sha256 ? [] : [`${path} is another`];
  });
}
