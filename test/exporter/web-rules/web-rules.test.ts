import { expect } from 'chai';
import { ContainerLines } from '../../../exporter/logs/container-lines.ts';
import { WebRules } from './matcher.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { request } from './request.ts';
import { SHAPES, WRAPPERS } from './shapes.ts';

describe('web rules', () => {
  let rules: WebRules;
  before(async () => {
    rules = await WebRules.load();
  });

  it('have neighbours each', () => {
    expect(rules.rules.map(({ name }) => name)).to.have.members(Object.keys(NEIGHBOURS));
  });

  it('read the pods that ask for it, and no files of the host', () => {
    for (const { source, name } of rules.rules) {
      expect(source, name).to.deep.equal({
        files: [],
        journal: [],
        pods: { labels: { 'kubevigil.io/watch-web': 'true' } },
      });
    }
  });

  for (const [shape, write] of Object.entries(SHAPES)) {
    for (const [wrapper, wrap] of Object.entries({ none: (line: string) => line, ...WRAPPERS })) {
      it(`match what they are for and not its neighbour in logs of ${shape}, wrapper: ${wrapper}`, () => {
        const unwrap = (text: string) => (wrapper === 'none' ? text : new ContainerLines().push(text)?.text);
        for (const [rule, { hostile, harmless }] of Object.entries(NEIGHBOURS)) {
          for (const some of hostile) {
            expect(
              rules.matches(rule, unwrap(wrap(write(request(some)))) ?? ''),
              JSON.stringify(some),
            ).to.equal(true);
          }
          for (const some of harmless) {
            const line = unwrap(wrap(write(request(some)))) ?? '';
            expect(rules.matches(rule, line), `${rule}: ${JSON.stringify(some)}`).to.equal(false);
          }
        }
      });
    }
  }

  it('read the Content-Type where a log has it', () => {
    const contentType = "%{(#_='multipart/form-data').(#dm=@ognl.OgnlContext@DEFAULT_MEMBER_ACCESS)}";
    for (const shape of ['nginx JSON', 'Apache with Content-Type', 'Envoy JSON', 'Traefik JSON']) {
      const line = SHAPES[shape]?.(request({ contentType, method: 'POST' })) ?? '';
      expect(rules.matches('web_ognl_injection', line), shape).to.equal(true);
    }
  });

  it('match no line that is about no request', () => {
    const lines = [
      "SELECT * FROM users WHERE name = '' or '1'='1' UNION SELECT 1,2,3",
      'exec: cat /etc/passwd; id',
      'render <script>alert(1)</script>',
    ];
    for (const line of lines) expect(rules.match(line), line).to.deep.equal([]);
  });
});
