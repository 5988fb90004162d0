import { expect } from 'chai';
import fc from 'fast-check';
import { pinTarget } from '../../../scenarios/scenario/targets.ts';

const SHOP = 'shop.shop.svc:8080';

/** A resolver that knows these names, and counts how often it is asked. */
function resolver(names: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const lookup = async (name: string) => {
    asked.push(name);
    return (names[name] ?? []).map((address) => ({ address }));
  };
  return { lookup, asked };
}

const NAMES = {
  localhost: ['127.0.0.1', '::1'],
  'shop.shop.svc': ['10.96.7.7'],
  'public.shop.svc': ['93.184.215.14'],
  'metadata.shop.svc': ['169.254.169.254'],
  'mixed.shop.svc': ['10.96.7.7', '93.184.215.14'],
  'mapped.shop.svc': ['::ffff:93.184.215.14'],
  'own.shop.svc': ['127.0.0.1'],
  'evil.example': ['127.0.0.1'],
};

async function outcome(target: string, allowed: readonly string[] = []): Promise<string> {
  try {
    const { address, port } = await pinTarget(target, allowed, resolver(NAMES).lookup);
    return `${address} ${port}`;
  } catch (error) {
    const { message } = error as Error;
    expect(message).not.to.contain('\n');
    return `refused: ${message}`;
  }
}

describe('targets', () => {
  const loopback: [target: string, place: string][] = [
    ['http://127.0.0.1:8080', '127.0.0.1 8080'],
    ['127.0.0.1:8080', '127.0.0.1 8080'],
    ['127.255.0.9', '127.255.0.9 80'],
    ['http://localhost:8080/', '127.0.0.1 8080'],
    ['LOCALHOST:8080', '127.0.0.1 8080'],
    ['localhost.:8080', '127.0.0.1 8080'],
    ['http://[::1]:8080', '::1 8080'],
    ['http://[0:0:0:0:0:0:0:1]:8080', '::1 8080'],
    // Other ways to write loopback are loopback, and are connected to as that.
    ['http://[::ffff:127.0.0.1]:8080', '127.0.0.1 8080'],
    ['http://[::FFFF:7f00:1]:8080', '127.0.0.1 8080'],
    ['http://2130706433:8080', '127.0.0.1 8080'],
    ['http://0x7f.1:8080', '127.0.0.1 8080'],
    ['http://017700000001:8080', '127.0.0.1 8080'],
  ];
  for (const [target, place] of loopback) {
    it(`${target} is loopback`, async () => {
      expect(await outcome(target)).to.equal(place);
    });
  }

  const refused: [target: string, why: RegExp, allowed?: string[]][] = [
    ['http://93.184.215.14', /neither loopback nor allowed/],
    ['http://10.96.7.7:8080', /neither loopback nor allowed/],
    ['http://1572395042', /neither loopback nor allowed/],
    ['http://0x5db8d70e', /neither loopback nor allowed/],
    ['http://0135.0270.0327.016', /neither loopback nor allowed/],
    ['http://0.0.0.0:8080', /neither loopback nor allowed/],
    ['http://0:8080', /neither loopback nor allowed/],
    ['http://[::]:8080', /neither loopback nor allowed/],
    ['http://[::ffff:0.0.0.0]:8080', /neither loopback nor allowed/],
    ['http://[::ffff:93.184.215.14]', /neither loopback nor allowed/],
    ['http://[::ffff:5db8:d70e]', /neither loopback nor allowed/],
    ['http://[64:ff9b::7f00:1]', /neither loopback nor allowed/],
    ['http://[::127.0.0.1]', /neither loopback nor allowed/],
    ['http://[fe80::1]', /neither loopback nor allowed/],
    ['http://169.254.169.254', /neither loopback nor allowed/],
    ['http://evil.example', /neither loopback nor allowed/],
    ['http://localhost.evil.example', /neither loopback nor allowed/],
    ['http://127.0.0.1.evil.example', /neither loopback nor allowed/],
    [`http://${SHOP}`, /neither loopback nor allowed/],
    // Who the URL seems to name is not who it names.
    ['http://127.0.0.1@93.184.215.14', /names a user/],
    ['http://localhost:80@evil.example', /names a user/],
    ['http://:x@127.0.0.1', /names a user/],
    ['http://127.0.0.1\\@evil.example', /without a path/],
    ['http://127.0.0.1#@evil.example', /without a path/],
    ['http://127.0.0.1/redirect?to=http://evil.example', /without a path/],
    ['https://127.0.0.1', /only http/],
    ['file:///etc/passwd', /only http/],
    ['http://', /is no http/],
    ['', /is no http/],
    ['http://127.0.0.1:99999', /is no http/],
    ['http://127.0.0.256', /is no http/],
    // Allowed is one service on one port, and it must lie in a private network.
    ['shop.shop.svc:8081', /neither loopback nor allowed/, [SHOP]],
    ['shop.shop.svc', /neither loopback nor allowed/, [SHOP]],
    ['xshop.shop.svc:8080', /neither loopback nor allowed/, [SHOP]],
    ['shop.shop.svc.evil.example:8080', /neither loopback nor allowed/, [SHOP]],
    ['10.96.7.7:8080', /neither loopback nor allowed/, [SHOP]],
    ['public.shop.svc:8080', /not in a private network/, ['public.shop.svc:8080']],
    ['metadata.shop.svc:80', /not in a private network/, ['metadata.shop.svc:80']],
    ['mixed.shop.svc:80', /93\.184\.215\.14 is not in a private network/, ['mixed.shop.svc:80']],
    ['mapped.shop.svc:80', /93\.184\.215\.14 is not in a private network/, ['mapped.shop.svc:80']],
    ['93.184.215.14:80', /not in a private network/, ['93.184.215.14:80']],
    ['169.254.169.254:80', /not in a private network/, ['169.254.169.254:80']],
    ['0.0.0.0:80', /not in a private network/, ['0.0.0.0:80']],
    ['gone.shop.svc:80', /has no address/, ['gone.shop.svc:80']],
  ];
  for (const [target, why, allowed] of refused) {
    it(`${JSON.stringify(target)} is refused${allowed === undefined ? '' : `, with ${allowed} allowed`}`, async () => {
      expect(await outcome(target, allowed))
        .to.match(/^refused: /)
        .and.match(why);
    });
  }

  const allowed: [target: string, allowed: string, place: string][] = [
    [`http://${SHOP}/`, SHOP, '10.96.7.7 8080'],
    ['http://SHOP.shop.svc:8080', `http://${SHOP}`, '10.96.7.7 8080'],
    ['10.96.7.7:80', '10.96.7.7', '10.96.7.7 80'],
    ['[::ffff:10.96.7.7]:80', '10.96.7.7:80', '10.96.7.7 80'],
    ['[fd00::7]:80', '[fd00:0::7]:80', 'fd00::7 80'],
    ['own.shop.svc:80', 'own.shop.svc:80', '127.0.0.1 80'],
  ];
  for (const [target, entry, place] of allowed) {
    it(`${target} is where ${entry} is allowed`, async () => {
      expect(await outcome(target, [entry])).to.equal(place);
    });
  }

  it('localhost is refused where it leads elsewhere', async () => {
    const { lookup } = resolver({ localhost: ['127.0.0.1', '93.184.215.14'] });
    const error = await pinTarget('localhost:80', ['localhost:80'], lookup).catch((reason) => reason);
    expect(String(error)).to.contain('93.184.215.14 is neither loopback nor allowed');
  });

  it('a name is looked up once, and what was found is the target, whatever it would be next', async () => {
    const answers = [['10.96.7.7'], ['93.184.215.14']];
    const asked: string[] = [];
    const target = await pinTarget(SHOP, [SHOP], async (name) => {
      asked.push(name);
      return (answers.shift() ?? []).map((address) => ({ address }));
    });
    expect(target).to.deep.equal({ address: '10.96.7.7', port: 8080, host: SHOP, isLoopback: false });
    expect(asked).to.deep.equal(['shop.shop.svc']);
  });

  it('no other name is ever looked up', async () => {
    const { lookup, asked } = resolver(NAMES);
    await pinTarget('evil.example:80', [SHOP], lookup).catch(() => {});
    expect(asked).to.deep.equal([]);
  });

  it('whatever the text, the address is loopback', async () => {
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.webUrl({ withQueryParameters: true }),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(host, fc.nat(70_000), async (text, port) => {
        const found = await pinTarget(`${text}:${port}`, [SHOP], resolver(NAMES).lookup).catch(
          () => undefined,
        );
        if (found !== undefined) expect(found.address).to.match(/^(127\.\d+\.\d+\.\d+|::1)$/);
      }),
      { numRuns: 500 },
    );
  });
});
