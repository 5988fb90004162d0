import { expect } from 'chai';
import { SourceError, sourceError } from '../../exporter/base/errors.ts';
import { EXTRACTORS } from '../../exporter/extractors/index.ts';
import type { NodeView } from '../../exporter/owners/node-view.ts';
import type { Extraction, Extractor } from '../../exporter/scrape/extractor.ts';
import { extractOnce } from '../support/extract.ts';
import { fixtureHost } from '../support/fixture-host.ts';

/** The agent's own view of the mounts leads to the same places. */
const ANOTHER_WAY = 'proc/1/mountinfo';

/** A host whose sources are noted when they are read, and denied where their path is `denied`. */
function guarded(denied: string | undefined, asked: Set<string>): NodeView {
  const host = fixtureHost();
  const guard = (path: string) => {
    asked.add(path);
    if (path === denied) throw new SourceError('unreadable', path, `${path}: EACCES`);
  };
  return {
    ...host,
    read: (path) => {
      guard(path);
      return host.read(path);
    },
    readPiece: (path, name) => {
      guard(name);
      return host.readPiece(path, name);
    },
    exists: (path) => {
      guard(path);
      return host.exists(path);
    },
    readlink: (path) => {
      guard(path);
      return host.readlink(path);
    },
    statfs: async (mountpoint, device) => {
      guard(mountpoint);
      return host.statfs(mountpoint, device);
    },
    statfsDirect: (mountpoint, device) => {
      guard(mountpoint);
      return host.statfsDirect(mountpoint, device);
    },
    processes: () => {
      guard('processes');
      return host.processes();
    },
  };
}

async function codesOf(extractor: Extractor<unknown>, host: NodeView): Promise<string[]> {
  const result: Extraction = await extractOnce(extractor, host).catch((error) => {
    if (error instanceof SourceError) return { samples: [], errors: [error] };
    throw error;
  });
  return result.errors.map(({ code }) => code);
}

describe('what is denied', () => {
  for (const errno of ['EACCES', 'EPERM', 'EROFS']) {
    it(`${errno} is never an absence`, () => {
      expect(sourceError('x', Object.assign(new Error(errno), { code: errno })).code).to.equal('unreadable');
    });
  }

  for (const extractor of EXTRACTORS) {
    it(`makes ${extractor.name} fail, whichever of its sources it is`, async () => {
      const asked = new Set<string>();
      await codesOf(extractor, guarded(undefined, asked));
      const silent: string[] = [];
      asked.delete(ANOTHER_WAY);
      for (const path of asked) {
        const codes = await codesOf(extractor, guarded(path, new Set()));
        if (codes.every((code) => code === 'absent')) silent.push(path);
      }
      expect(silent).to.deep.equal([]);
    });
  }
});
