import { expect } from 'chai';
import { canaryObstacle, forbidsPrograms } from '../../../scenarios/scenario/canaries.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('canary files', () => {
  const at = temporaryPaths();

  it('are refused without a folder', async () => {
    expect(await canaryObstacle({}, at('missing'))).to.match(/^there is no writable folder .*: make it/);
    expect(await canaryObstacle({ programs: true }, at())).to.equal(undefined);
  });

  const mounts = `
24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
25 24 0:5 / /var rw,nosuid,noexec,relatime shared:2 - tmpfs tmpfs rw
26 25 0:6 / /var/lib/kubevigil rw,relatime shared:3 - tmpfs tmpfs rw
`;
  for (const [folder, forbidden] of [
    ['/var', true],
    ['/var/lib/other', true],
    ['/var/lib/kubevigil/canary', false],
    ['/variable', false],
    ['/', false],
  ] as const)
    it(`${folder} ${forbidden ? 'may not' : 'may'} hold programs`, () => {
      expect(forbidsPrograms(folder, mounts)).to.equal(forbidden);
    });
});
