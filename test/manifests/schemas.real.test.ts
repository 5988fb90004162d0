import { expect } from 'chai';
import { needsKubectl, OVERLAYS, objectOf, render } from './support/overlays.ts';
import { RELEASES, validatorOf } from './support/schemas.ts';

describe('manifests, by the schemas of Kubernetes', () => {
  before(needsKubectl);

  it('are those of three releases', () => {
    expect(RELEASES).to.have.length(3);
  });

  for (const release of RELEASES) {
    const validate = validatorOf(release);
    for (const overlay of OVERLAYS) {
      it(`${release}: ${overlay}`, async () => {
        const objects = await render(overlay);
        expect(objects.length).to.be.greaterThan(0);
        const wrong = objects.flatMap((object) =>
          validate(object).map((message) => `${object.kind} ${object.metadata.name}: ${message}`),
        );
        expect(wrong).to.deep.equal([]);
      });
    }

    it(`${release} refuses a field that there is none of, a type and a kind`, async () => {
      const daemonSet = structuredClone(await objectOf('.', 'DaemonSet', 'kubevigil-exporter'));
      const [container] = daemonSet.spec.template.spec.containers;
      container.securityContext.readOnlyRootFileSystem = true;
      container.ports[0].containerPort = '24924';
      const wrong = validate(daemonSet).join('\n');
      expect(wrong).to.match(/readOnlyRootFileSystem/);
      expect(wrong).to.match(/containerPort must be integer/);
      expect(validate({ ...daemonSet, kind: 'DaemonSets' })).to.deep.equal(['kind DaemonSets: not recorded']);
    });
  }
});
