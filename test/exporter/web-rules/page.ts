import type { WebRules } from './matcher.ts';
import type { Detection, FalseAlarms } from './measure.ts';
import { sum } from './measure.ts';

export interface Measured {
  readonly corpus: ReadonlyMap<string, Detection>;
  readonly heldOut: ReadonlyMap<string, Detection>;
  readonly harmless: FalseAlarms;
  readonly seed: number;
}

const share = (found: Detection | undefined) => (found === undefined ? '–' : `${found.seen} of ${found.of}`);

function alarms({ byRule }: FalseAlarms, rule: string): string {
  const kinds = byRule.get(rule);
  if (kinds === undefined) return '0';
  const most = [...kinds].sort(([, a], [, b]) => b - a).slice(0, 3);
  return `${sum(kinds.values())} (${most.map(([kind, count]) => `${kind} ${count}`).join(', ')})`;
}

const total = (all: ReadonlyMap<string, Detection>) =>
  `${sum([...all.values()].map(({ seen }) => seen))} of ${sum([...all.values()].map(({ of }) => of))}`;

function missed(all: ReadonlyMap<string, Detection>): string[] {
  return [...all].flatMap(([rule, found]) =>
    found.missed.map(({ request: { target, userAgent, referer, contentType }, channel }) => {
      const text = { value: target, target, agent: userAgent, referer, 'content-type': contentType }[channel];
      return `| \`${rule}\` | \`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\` |`;
    }),
  );
}

/** docs/reference/web-rules.md: what was measured, as `npm run measure:web-rules` prints it. */
export function page(rules: WebRules, { corpus, heldOut, harmless, seed }: Measured): string {
  const rows = rules.rules.map(
    ({ name, severity, mitre }) =>
      `| \`${name}\` | ${severity} | ${mitre} | ${share(corpus.get(name))} | ${share(heldOut.get(name))} | ${alarms(harmless, name)} |`,
  );
  return `<!-- Written by \`npm run measure:web-rules -- --write\`; test/exporter/web-rules/measured.test.ts holds it to what the rules do. -->

# Web rules: what they see, and what they take for an attack

The default rules of the category \`web\` read the access logs of pods with the label \`kubevigil.io/watch-web: "true"\`, in the formats of nginx (combined, JSON), Apache, Envoy
(default, JSON), ingress-nginx and Traefik (CLF, JSON), as containerd, CRI-O and Docker store them. They see what an access log has: the request line, and what it writes of headers.
Bodies are in none. A rule looks at \`decoded\`, so that a request is the same however often it is percent-encoded.

\`npm run measure:web-rules\` prints this page; \`npm run measure:web-rules -- --log FILE\` says instead what the rules make of an access log of yours.

- **Attacks**: texts in the style of public lists for tests, written for this table and sent to nobody, in several ways of writing each (case, percent-encoded once to three times, \`+\`, comments,
  tabs, line feeds, overlong UTF-8, \`%u002f\`). One is seen if its rule matches it in the logs of all servers that write what it came in. The rules were changed until they saw these, so that the
  figure says what they are for, not how good they are.
- **Held out**: attacks that were written when the rules stood, and for which no rule was changed. It is a small list, by the same authors; what you meet is yet another thing.
- **False alarms**: matches among ${harmless.lines.toLocaleString('en')} harmless lines (seed ${seed}) of shops, APIs, GraphQL, sign-ins, wikis and forums, code hosting, consoles of databases, blogs, crawlers and health checks, most
  of them chosen because they have something of an attack: a search for «union select», \`O'Reilly\`, \`../\`, JQL and OData, URLs within URLs. Ordinary traffic has fewer. A critical rule that matches one fails the test.

| rule | severity | technique | attacks seen | held out, seen | false alarms |
|---|---|---|---|---|---|
${rows.join('\n')}
| all | | | ${total(corpus)} | ${total(heldOut)} | ${sum([...harmless.byRule.values()].flatMap((kinds) => [...kinds.values()]))} |

## Not seen

What is missed of the attacks above. What a rule sees at all, and how one gets round it, is also among the [evasions](evasion.md).

| rule | request |
|---|---|
${[...missed(corpus), ...missed(heldOut)].join('\n')}
`;
}
